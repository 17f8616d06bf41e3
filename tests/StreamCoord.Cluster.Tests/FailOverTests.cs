using System.Diagnostics;
using StreamCoord.Cluster.Tests.Checking;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;

namespace StreamCoord.Cluster.Tests;

/// <summary>What becomes of clients' work when one thing happens to a cluster of three silos.</summary>
[Collection(nameof(OneCluster))]
public sealed class FailOverTests(SharedCluster shared, ITestOutputHelper output)
{
    private static readonly TimeSpan FailOverLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task ThreeSilos_StartedAtOnce_ServeATopicWithThreeCopies() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "whole", TestSeed.Next());

        await Task.Delay(TimeSpan.FromSeconds(2), Cancelled);

        await traffic.CheckAsync();
        Assert.DoesNotContain(traffic.Http.Failures, failure => !failure.Key.StartsWith("no answer", StringComparison.Ordinal));
    });

    [Fact]
    public Task AKilledLeaderOfAPartition_IsFollowedByAnother() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "killed", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        long since = Stopwatch.GetTimestamp();
        await leader.KillAsync();

        await AwaitAppendsAsync(traffic, since, "Killed leader of a partition", FailOverLimit);
        leader.Start();
        await traffic.CheckAsync();
    });

    [Fact]
    public Task AKilledLeaderOfTheTree_IsFollowedByAnother() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "tree", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(TestCluster.TreeTopicId, 0);
        await leader.KillAsync();

        TimeSpan down = await traffic.AwaitProgressAsync();
        output.WriteLine($"Killed leader of the tree: znodes and every partition are written again after {down.TotalMilliseconds:0} ms.");
        Assert.True(down < FailOverLimit);
        leader.Start();
        await traffic.CheckAsync();
    });

    [Fact]
    public Task AKilledFollower_CatchesUp() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "follower", TestSeed.Next());
        int leader = (await cluster.FindLeaderAsync(traffic.TopicId, 0)).Number;
        ClusterNode follower = cluster.Node(leader % TestCluster.NodeCount + 1);
        await follower.KillAsync();
        await traffic.AwaitProgressAsync();

        follower.Start();
        long since = Stopwatch.GetTimestamp();
        await cluster.AwaitWholeAsync();

        output.WriteLine($"A follower is back in every in-sync set {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after its start.");
        await traffic.CheckAsync();
    });

    [Fact]
    public Task APausedLeader_AcknowledgesNothingThatIsLost() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "paused", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        long since = Stopwatch.GetTimestamp();
        leader.Pause();
        await Task.Delay(TimeSpan.FromSeconds(8), Cancelled);

        leader.Resume();

        await AwaitAppendsAsync(traffic, since, "Paused leader of a partition", FailOverLimit);
        await traffic.CheckAsync();
    });

    [Fact]
    public Task ALeaderThatIsToldToStop_HandsOver() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "handed", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        long since = Stopwatch.GetTimestamp();
        await leader.TerminateAsync();
        output.WriteLine($"The silo has ended {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after SIGTERM.");

        await traffic.AwaitProgressAsync();
        for (int partition = 0; partition < Traffic.Partitions; partition++)
        {
            TimeSpan gap = traffic.Http.LongestGap(partition, since);
            output.WriteLine($"Hand-over: the longest time without an acknowledgement in partition {partition} was {gap.TotalMilliseconds:0} ms, {traffic.Http.DescribeGap(partition, since)}.");
            Assert.True(gap < HandOverLimit);
        }
        output.WriteLine(cluster.FindLines(traffic.TopicId));
        leader.Start();
        await traffic.CheckAsync();
    });

    [Fact]
    public Task WithoutItsDatabase_TheClusterGoesOnWithWhatIsLed() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "database", TestSeed.Next());
        long since = Stopwatch.GetTimestamp();
        await cluster.Server.StopAsync();
        try
        {
            for (int i = 0; i < 5; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
                TimeSpan wait = await traffic.AwaitProgressAsync();
                Assert.True(wait < TimeSpan.FromSeconds(3), $"After {Stopwatch.GetElapsedTime(since)} without a database writes are acknowledged after {wait} only.");
            }
        }
        finally
        {
            await cluster.Server.StartAgainAsync();
        }
        for (int partition = 0; partition < Traffic.Partitions; partition++)
        {
            output.WriteLine($"Without a database the longest time without an acknowledgement in partition {partition} was {traffic.Http.LongestGap(partition, since).TotalMilliseconds:0} ms.");
        }
        await traffic.CheckAsync();
    });

    [Fact]
    public Task AWipedDirectory_IsFilledFromThePeers() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "wiped", TestSeed.Next());
        ClusterNode leader = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        await leader.KillAsync();
        leader.Wipe();
        leader.Start();
        long since = Stopwatch.GetTimestamp();

        await cluster.AwaitWholeAsync();

        output.WriteLine($"A node with an empty disk is back in every in-sync set {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after its start.");
        await traffic.CheckAsync();
    });

    [Fact]
    public Task AClusterThatIsKilledAtOnce_LosesNothing_AndIsTheSameOnEveryDisk() => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, "all", TestSeed.Next());
        await cluster.KillAllAsync();
        cluster.StartAll();
        long since = Stopwatch.GetTimestamp();
        await cluster.AwaitWholeAsync();
        output.WriteLine($"All silos are back {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after their start.");
        await traffic.CheckAsync();

        // Each silo leads once.
        foreach (ClusterNode node in cluster.Nodes)
        {
            await node.TerminateAsync();
            await Task.WhenAll(cluster.Nodes.Where(other => other != node).Select(other => RecordsCheck.CheckAsync(other, traffic.Http, Traffic.Partitions)));
            node.Start();
            await cluster.AwaitWholeAsync();
        }
        await traffic.CheckDisksAsync();
    });

    private async Task AwaitAppendsAsync(Traffic traffic, long since, string what, TimeSpan limit)
    {
        await traffic.AwaitProgressAsync();
        for (int partition = 0; partition < Traffic.Partitions; partition++)
        {
            TimeSpan gap = traffic.Http.LongestGap(partition, since);
            output.WriteLine($"{what}: the longest time without an acknowledgement in partition {partition} was {gap.TotalMilliseconds:0} ms.");
            Assert.True(gap < limit);
        }
    }
}
