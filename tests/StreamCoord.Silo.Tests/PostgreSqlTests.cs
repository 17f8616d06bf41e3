using System.Diagnostics;
using System.Net;
using Npgsql;
using StreamCoord.Grains.Storage;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace StreamCoord.Silo.Tests;

/// <summary>A silo with a PostgreSQL database: what the one remembers of the other.</summary>
public sealed class PostgreSqlTests(PostgreSqlServer server) : IDisposable
{
    /// <summary>What Orleans calls an active silo, and a dead one, in its table.</summary>
    private const int ActiveStatus = 3;
    private const int DeadStatus = 6;

    private const string ScriptFolder = "db/postgresql/";

    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);

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
    public async Task Start_OfASiloThatWasAlone_TakesEverythingIntoTheCluster()
    {
        string data = _directory.Combine("data");
        await using (SiloProcess alone = await SiloProcess.StartAsync(data))
        {
            using HttpResponseMessage written = await alone.Http.PutAsync("/v1/topics/kept/records:import", new StringContent("line\n"), Cancelled);
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
            Assert.Equal(0, await alone.StopAsync());
        }
        string database = await CreateDatabaseAsync();

        await using SiloProcess silo = await StartAsync("data", database);

        Assert.Contains("line", await silo.Http.GetStringAsync("/v1/topics/kept/partitions/0/records?offset=earliest", Cancelled), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(data, "streamcoord.db.moved")));
        Assert.False(File.Exists(Path.Combine(data, "streamcoord.db")));
    }

    [Fact]
    public async Task ThreeNodes_AreMembersOfOneCluster_AndMissOneThatIsKilled()
    {
        string database = await CreateDatabaseAsync();
        await using SiloProcess first = await StartAsync("data1", database, "--StreamCoord:NodeId=1");
        await using SiloProcess second = await StartAsync("data2", database, "--StreamCoord:NodeId=2");
        await using SiloProcess third = await StartAsync("data3", database, "--StreamCoord:NodeId=3");
        await AwaitMembersAsync(database, ActiveStatus, ["1", "2", "3"], JoinLimit);

        await third.KillAsync();

        await AwaitMembersAsync(database, DeadStatus, ["3"], TimeSpan.FromSeconds(10));
        Assert.Equal(["1", "2"], await ReadMembersAsync(database, ActiveStatus));
    }

    [Fact]
    public async Task Start_OfANodeThatRuns_IsRefused()
    {
        string database = await CreateDatabaseAsync();
        await using SiloProcess first = await StartAsync("data", database);

        (int exitCode, string output) = await SiloProcess.RunToExitAsync(_directory.Combine("other"), Option(database));

        Assert.Equal(1, exitCode);
        Assert.Contains("Another process is node 1", output, StringComparison.Ordinal);
        Assert.Contains("StreamCoord:NodeId", output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.Http.GetAsync("/health/ready", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Start_OnANewDirectory_WhereThereAreOtherNodes_GoesOnWithAWarning()
    {
        string database = await CreateDatabaseAsync();
        await using SiloProcess first = await StartAsync("data", database);
        await using (SiloProcess lost = SiloProcess.Launch(_directory.Combine("lost"), Option(database), "--StreamCoord:NodeId=2"))
        {
            await AwaitMembersAsync(database, ActiveStatus, ["1", "2"], JoinLimit);
            await lost.KillAsync();
        }

        await using SiloProcess second = SiloProcess.Launch(_directory.Combine("new"), Option(database), "--StreamCoord:NodeId=2");

        await AwaitMembersAsync(database, DeadStatus, ["2"], JoinLimit);
        await AwaitMembersAsync(database, ActiveStatus, ["1", "2"], JoinLimit);
        Assert.Contains("The data directory of node 2 is another one than before", second.Output, StringComparison.Ordinal);
    }

    private static async Task AwaitMembersAsync(string connectionString, int status, string[] expected, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        IReadOnlyList<string> members;
        while (!(members = await ReadMembersAsync(connectionString, status)).SequenceEqual(expected))
        {
            Assert.True(since.Elapsed < limit, $"After {since.Elapsed} the members of status {status} are [{string.Join(',', members)}].");
            await timer.WaitForNextTickAsync(Cancelled);
        }
        TestContext.Current.SendDiagnosticMessage($"[{string.Join(',', members)}] have status {status} after {since.ElapsedMilliseconds} ms.");
    }

    private static async Task<IReadOnlyList<string>> ReadMembersAsync(string connectionString, int status)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand($"SELECT SiloName FROM OrleansMembershipTable WHERE Status = {status} ORDER BY SiloName", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancelled);
        List<string> names = [];
        while (await reader.ReadAsync(Cancelled))
        {
            names.Add(reader.GetString(0));
        }
        return names;
    }

    private static string Option(string connectionString) => $"--StreamCoord:Cluster:ConnectionString={PostgreSqlServer.Pooled(connectionString)}";

    private Task<SiloProcess> StartAsync(string directory, string connectionString, params string[] options) =>
        SiloProcess.StartAsync(_directory.Combine(directory), [Option(connectionString), .. options]);

    private Task<string> CreateDatabaseAsync() => server.CreateDatabaseAsync(
        typeof(Database).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(ReadScript));

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
