using System.Diagnostics;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Cluster.Tests;

/// <summary>
/// Silos are replaced one by one while clients use the cluster: by the same build, or with <c>STREAMCOORD_UPGRADE_FROM</c>, the path of another build's silo, from that one to this one (<c>tests/upgrade.sh</c>).
/// </summary>
[Collection(nameof(OneCluster))]
public sealed class UpgradeTests(SharedCluster shared, PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task SilosThatAreReplacedOneByOne_LoseNothing()
    {
        if (Environment.GetEnvironmentVariable("STREAMCOORD_UPGRADE_FROM") is not { } before)
        {
            await shared.RunAsync(ReplaceAsync);
            return;
        }
        await using TestCluster cluster = await TestCluster.StartBuildAsync(server, before);
        try
        {
            await ReplaceAsync(cluster);
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }

    private async Task ReplaceAsync(TestCluster cluster)
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "upgraded", TestSeed.Next());
        foreach (ClusterNode node in cluster.Nodes)
        {
            long since = Stopwatch.GetTimestamp();
            await node.TerminateAsync();
            await traffic.AwaitProgressAsync();
            node.Build = null;
            node.Start();
            await cluster.AwaitWholeAsync();
            TimeSpan gap = Enumerable.Range(0, Traffic.Partitions).Max(partition => traffic.Http.LongestGap(partition, since));
            output.WriteLine($"Node {node.Number} is replaced after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms; the longest time without an acknowledgement was {gap.TotalMilliseconds:0} ms.");
            Assert.True(gap < HandOverLimit);
        }
        await traffic.CheckAsync();
        await traffic.CheckDisksAsync();
    }
}
