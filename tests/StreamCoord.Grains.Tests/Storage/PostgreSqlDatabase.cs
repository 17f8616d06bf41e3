using StreamCoord.Testing.Databases;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace StreamCoord.Grains.Tests.Storage;

public sealed class PostgreSqlDatabase(PostgreSqlServer server) : IDatabaseSource
{
    private readonly Lazy<Task<string>> _connectionString = new(() => server.CreateDatabaseAsync(ScriptsUpTo(int.MaxValue)));

    // As in a silo; what it keeps open goes with it.
    public async Task<Database> OpenAsync() => await Database.OpenServerAsync(PostgreSqlServer.Pooled(await _connectionString.Value));

    /// <summary>The scripts of <c>db/postgresql</c> up to a version.</summary>
    public static IEnumerable<string> ScriptsUpTo(int version) => SchemaScript.All("postgresql").Take(version).Select(script => script.ReadText());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
