using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;

namespace StreamCoord.Cluster.Tests;

/// <summary>What becomes of clients' work when the network between three silos is cut. Where this process may not cut one, nothing is tested, and the output says so.</summary>
[Collection(nameof(OneCluster))]
public sealed class CutTests(SharedCluster shared, ITestOutputHelper output)
{
    private static readonly TimeSpan FailOverLimit = TimeSpan.FromSeconds(15);

    [Fact]
    public Task ALeaderThatIsCutOffFromEverybody_IsFollowedByAnother() => shared.RunAsync(async cluster =>
    {
        if (cluster.Network is not { } network)
        {
            return;
        }
        using Traffic traffic = await Traffic.BeginAsync(cluster, "cut", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        int[] others = [.. cluster.Nodes.Where(node => node != leader).Select(node => node.Number), ClusterNetwork.Database, ClusterNetwork.Clients];

        Func<Task> heal = await network.CutAsync([.. others.SelectMany(other => new[] { (leader.Number, other), (other, leader.Number) })]);
        TimeSpan down = await traffic.AwaitProgressAsync();
        output.WriteLine($"A leader was cut off: znodes and every partition are written again after {down.TotalMilliseconds:0} ms.");
        Assert.True(down < FailOverLimit);

        await heal();
        await traffic.CheckAsync();
    });
}
