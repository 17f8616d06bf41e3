using Confluent.Kafka;
using StreamCoord.Cluster.Tests.Faults;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;

namespace StreamCoord.Cluster.Tests;

/// <summary>What becomes of clients' work when the disk of one of three silos is full or damaged.</summary>
[Collection(nameof(OneCluster))]
public sealed class DiskFaultTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int SegmentsMin = 4;
    private const string SegmentBytes = "4096";

    /// <summary>The first replica of the tree, which leads it whenever the others have been away.</summary>
    private const int FullNode = 1;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task AFullDisk_OfTheLeaderOfTheTreeAndOfAPartition_StopsNobodyElse() => shared.RunAsync(async cluster =>
    {
        ClusterNode node = cluster.Node(FullNode);
        await node.KillAsync();
        if (await node.LimitDiskAsync() is not { } disk)
        {
            node.Start();
            return;
        }
        await StartAsync(cluster, node);
        await LeadTheTreeAsync(cluster, node);
        using Traffic traffic = await Traffic.BeginAsync(cluster, "full", TestSeed.Next());

        disk.Fill();
        // Until then there is room in the last pages of its files.
        await AwaitFailureAsync(node);
        TimeSpan down = await traffic.AwaitProgressAsync();
        output.WriteLine($"With a full disk on node {node.Number} znodes and every partition are written again after {down.TotalMilliseconds:0} ms.");
        disk.Free();

        await traffic.CheckAsync();
        await traffic.CheckDisksAsync();
        await node.KillAsync();
        await node.RemoveDiskAsync();
        await StartAsync(cluster, node);
    });

    [Theory]
    [InlineData(DiskDamageKind.BitsFlippedInAFinishedSegment)]
    [InlineData(DiskDamageKind.BitsFlippedInTheActiveSegment)]
    [InlineData(DiskDamageKind.FinishedSegmentDeleted)]
    [InlineData(DiskDamageKind.ActiveSegmentDeleted)]
    [InlineData(DiskDamageKind.EverySegmentDeleted)]
    public Task ADamagedFollower_LosesNothingThatWasAcknowledged(DiskDamageKind kind) => shared.RunAsync(async cluster =>
    {
        using Traffic traffic = await Traffic.BeginAsync(cluster, $"damaged-{kind}", TestSeed.Next(), ("segment.bytes", SegmentBytes));
        // It is preferred, so it can be made to lead again.
        ClusterNode damaged = await cluster.FindLeaderAsync(traffic.TopicId, 0);
        while (damaged.FindSegments(traffic.TopicId, 0).Length < SegmentsMin)
        {
            await Task.Delay(20, Cancelled);
        }
        await damaged.KillAsync();
        DiskDamage.Do(kind, damaged, traffic.TopicId, 0);
        await traffic.AwaitProgressAsync();
        await StartAsync(cluster, damaged);
        await traffic.EndAsync();

        await ElectPreferredAsync(cluster, traffic.Http.Topic);
        output.WriteLine($"Node {damaged.Number} was damaged, and {(await cluster.FindLeaderAsync(traffic.TopicId, 0)).Number} leads.");
        await traffic.CheckAsync();
        await traffic.CheckDisksAsync();
    });

    // A node may refuse.
    private static async Task ElectPreferredAsync(TestCluster cluster, string topic)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = string.Join(',', cluster.Nodes.Select(node => node.Kafka)) }).SetLogHandler((_, _) => { }).Build();
        try
        {
            await admin.ElectLeadersAsync(ElectionType.Preferred, [new Confluent.Kafka.TopicPartition(topic, 0)]);
        }
        catch (KafkaException)
        {
            // It leads already, or does not want to.
        }
    }

    private static async Task AwaitFailureAsync(ClusterNode node)
    {
        while (!node.Log.Contains("the disk failed", StringComparison.Ordinal))
        {
            await Task.Delay(20, Cancelled);
        }
    }

    private static async Task StartAsync(TestCluster cluster, ClusterNode node)
    {
        node.Start();
        await cluster.AwaitWholeAsync();
    }

    private static async Task LeadTheTreeAsync(TestCluster cluster, ClusterNode node)
    {
        while (await cluster.FindLeaderAsync(TestCluster.TreeTopicId, 0) is var leader && leader != node)
        {
            await leader.TerminateAsync();
            await StartAsync(cluster, leader);
        }
    }
}
