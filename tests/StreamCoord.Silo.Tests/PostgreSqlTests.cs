using System.Net;
using StreamCoord.Grains.Storage;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace StreamCoord.Silo.Tests;

/// <summary>A silo with a PostgreSQL database: what the one remembers of the other.</summary>
public sealed class PostgreSqlTests(PostgreSqlServer server) : IDisposable
{
    private const string ScriptFolder = "db/postgresql/";

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_AfterAKill_HasEverything()
    {
        string database = await CreateDatabaseAsync();
        await using (SiloProcess killed = await StartAsync("data", database))
        {
            using HttpResponseMessage made = await killed.Http.PostAsync("/v1/znodes/kept", new StringContent("value"), Cancelled);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            using HttpResponseMessage written = await killed.Http.PutAsync("/v1/topics/kept/records:import", new StringContent("line\n"), Cancelled);
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
            await killed.KillAsync();
        }

        await using SiloProcess silo = await StartAsync("data", database);

        Assert.Contains("value", await silo.Http.GetStringAsync("/v1/znodes/kept", Cancelled), StringComparison.Ordinal);
        Assert.Contains("line", await silo.Http.GetStringAsync("/v1/topics/kept/partitions/0/records?offset=earliest", Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnANewDirectoryInPlaceOfALostOne_IsRefused()
    {
        string database = await CreateDatabaseAsync();
        await using (SiloProcess first = await StartAsync("data", database))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        (int exitCode, string output) = await SiloProcess.RunToExitAsync(_directory.Combine("other"), Option(database));

        Assert.Equal(1, exitCode);
        Assert.Contains("The logs of node 1 lie in another data directory", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        await using SiloProcess again = await StartAsync("data", database);
    }

    [Fact]
    public async Task Start_WithTheDatabaseOfAnotherCluster_IsRefused()
    {
        await using (SiloProcess embedded = await SiloProcess.StartAsync(_directory.Combine("data")))
        {
            Assert.Equal(0, await embedded.StopAsync());
        }
        string database = await CreateDatabaseAsync();
        await using (SiloProcess other = await StartAsync("other", database))
        {
            Assert.Equal(0, await other.StopAsync());
        }

        (int exitCode, string output) = await SiloProcess.RunToExitAsync(_directory.Combine("data"), Option(database));

        Assert.Equal(1, exitCode);
        Assert.Contains("The database belongs to cluster", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfASecondNode_IsRefused_UntilPartitionsAreReplicated()
    {
        string database = await CreateDatabaseAsync();
        await using SiloProcess first = await StartAsync("data", database);

        (int exitCode, string output) = await SiloProcess.RunToExitAsync(_directory.Combine("second"), Option(database), "--StreamCoord:NodeId=2");

        Assert.Equal(1, exitCode);
        Assert.Contains("belongs to node 1", output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.Http.GetAsync("/health/ready", Cancelled)).StatusCode);
    }

    private static string Option(string connectionString) => $"--StreamCoord:Cluster:ConnectionString={connectionString}";

    private Task<SiloProcess> StartAsync(string directory, string connectionString) => SiloProcess.StartAsync(_directory.Combine(directory), Option(connectionString));

    private Task<string> CreateDatabaseAsync() => server.CreateDatabaseAsync(
        typeof(Database).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(ReadScript));

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
