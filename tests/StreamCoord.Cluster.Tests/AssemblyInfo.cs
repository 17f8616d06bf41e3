using StreamCoord.Testing.Databases;

// Three silos and a database fill a small machine: one cluster at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
