using System.Formats.Tar;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;
using StreamCoord.Testing.Backups;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests;

/// <summary>A backup of three silos that clients write to, and the cluster that is made of it.</summary>
[Collection(nameof(OneCluster))]
public sealed class BackupTests(SharedCluster shared, PostgreSqlServer server)
{
    private const int Clients = 6;
    private const int RoundsMin = 10;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task ABackupOfThreeSilos_IsOfOnePoint_AndBecomesAClusterOfItsOwn() => shared.RunAsync(async cluster =>
    {
        using var directory = new TemporaryDirectory();
        await cluster.CreateTopicAsync("chain-first", 1);
        await cluster.CreateTopicAsync("chain-second", 1);
        int requests = 0;
        var chains = new CausalChains(() => cluster.Nodes[Interlocked.Increment(ref requests) % TestCluster.NodeCount].Http!, Clients);
        await chains.CreateAsync(Cancelled);
        using var stop = new CancellationTokenSource();
        Task running = chains.RunAsync(stop.Token);
        await AwaitRoundsAsync(chains, RoundsMin);
        IReadOnlyList<int> before = chains.Done;
        byte[] archive = await BackUpAsync(cluster);
        IReadOnlyList<int> after = chains.Done;
        await AwaitRoundsAsync(chains, after.Max() + RoundsMin);
        await stop.CancelAsync();
        await running;

        string database = PostgreSqlServer.Pooled(await TestCluster.CreateDatabaseAsync(server));
        await UnpackAsync(archive, directory.Combine("restored"));
        await using SiloProcess restored = await StartAsync(directory.Combine("restored"), 7, database);
        Assert.Null(await chains.FindProblemAsync(restored.Http, before, after));
        await using SiloProcess joined = await StartAsync(directory.Combine("joined"), 8, database);
        Assert.Null(await chains.FindProblemAsync(joined.Http, before, after));

        await UnpackAsync(archive, directory.Combine("twice"));
        (int exitCode, string output) = await SiloProcess.RunToExitAsync(directory.Combine("twice"), OptionsOf(9, database));
        Assert.Equal(1, exitCode);
        Assert.Contains("A backup is restored into an empty database", output, StringComparison.Ordinal);
    });

    private static async Task AwaitRoundsAsync(CausalChains chains, int rounds)
    {
        while (chains.Done.Min() < rounds)
        {
            await Task.Delay(10, Cancelled);
        }
    }

    private static async Task<byte[]> BackUpAsync(TestCluster cluster)
    {
        using HttpResponseMessage response = await cluster.Nodes[1].Http!.PostAsync("/v1/backups", null, Cancelled);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancelled));
        return await response.Content.ReadAsByteArrayAsync(Cancelled);
    }

    private static Task UnpackAsync(byte[] archive, string directory) =>
        TarFile.ExtractToDirectoryAsync(new MemoryStream(archive), Directory.CreateDirectory(directory).FullName, overwriteFiles: false, Cancelled);

    private static Task<SiloProcess> StartAsync(string directory, int node, string database) => SiloProcess.StartAsync(directory, OptionsOf(node, database));

    private static string[] OptionsOf(int node, string database) => [$"--StreamCoord:NodeId={node}", $"--StreamCoord:Cluster:ConnectionString={database}"];
}
