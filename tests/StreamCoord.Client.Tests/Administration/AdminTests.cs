using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Client.Tests.Administration;

/// <summary>Topics, groups and the cluster, as an admin client sees and changes them.</summary>
public sealed class AdminTests(OutsideFixture outside)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Topics_AreMadeChangedAndDeleted()
    {
        string name = outside.NewName();
        TopicAdmin topics = outside.Client.Topics;
        Assert.Null(await topics.FindAsync(name, Stop));
        TopicDescription created = await topics.CreateAsync(name, 2, configs: new Dictionary<string, string> { [TopicConfigs.RetentionMs] = "1000" }, cancellationToken: Stop);
        Assert.Equal((2, "1000"), (created.Partitions.Count, created.Configs[TopicConfigs.RetentionMs]));
        Assert.Equal(ErrorCode.TopicAlreadyExists, (await Assert.ThrowsAsync<StreamCoordException>(() => topics.CreateAsync(name, cancellationToken: Stop))).Code);
        Assert.Contains(name, await topics.ListAsync(Stop));

        Assert.Equal(3, (await topics.SetPartitionCountAsync(name, 3, Stop)).Partitions.Count);
        Assert.Equal(ErrorCode.InvalidPartitions, (await Assert.ThrowsAsync<StreamCoordException>(() => topics.SetPartitionCountAsync(name, 1, Stop))).Code);
        TopicDescription altered = await topics.AlterConfigsAsync(name, [new(TopicConfigs.RetentionMs, null), new(TopicConfigs.MinInsyncReplicas, "1")], Stop);
        Assert.Equal(["min.insync.replicas"], altered.Configs.Keys);
        Assert.Equal(ErrorCode.InvalidConfig, (await Assert.ThrowsAsync<StreamCoordException>(() => topics.AlterConfigsAsync(name, [new("no.such", "1")], Stop))).Code);
        Assert.Equal(altered.TopicId, (await topics.FindAsync(name, Stop))!.TopicId);

        Assert.True(await topics.DeleteAsync(name, Stop));
        Assert.False(await topics.DeleteAsync(name, Stop));
        Assert.Null(await topics.FindAsync(name, Stop));
        Assert.Null(await topics.FindAsync("not a name", Stop));
    }

    [Fact]
    public async Task Partitions_TellWhereTheyBeginAndEnd()
    {
        string name = await outside.CreateTopicAsync();
        var partition = new TopicPartition(name, 0);
        await using Producer producer = outside.Client.CreateProducer();
        for (int i = 0; i < 10; i++)
        {
            await producer.SendAsync(name, OutgoingRecord.Of(null, $"{i}") with { TimestampMs = 1_000 + i }, Stop);
        }
        await producer.FlushAsync(Stop);

        PartitionDescription description = await outside.Client.Topics.DescribeAsync(partition, Stop);
        Assert.Equal((0, 10), (description.LogStartOffset.Value, description.HighWatermark.Value));
        Assert.Equal(5, (await outside.Client.Topics.FindOffsetAsync(partition, 1_005, cancellationToken: Stop)).Value);
        Assert.Equal(Offset.None, await outside.Client.Topics.FindOffsetAsync(partition, 5_000, cancellationToken: Stop));
        Assert.Equal(3, (await outside.Client.Topics.DeleteRecordsAsync(partition, new Offset(3), Stop)).Value);
        Assert.Equal(3, (await outside.Client.Topics.FindOffsetAsync(partition, OffsetTimestamps.Earliest, cancellationToken: Stop)).Value);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await Assert.ThrowsAsync<StreamCoordException>(() => outside.Client.Topics.DescribeAsync(new TopicPartition(name, 9), Stop))).Code);
    }

    [Fact]
    public async Task Groups_AreListedSetAndDeleted()
    {
        (string name, string group) = (await outside.CreateTopicAsync(2), outside.NewName());
        GroupAdmin groups = outside.Client.Groups;
        Assert.Null(await groups.FindAsync(group, Stop));
        Assert.Null(await groups.FindClassicAsync(group, Stop));
        await groups.SetOffsetsAsync(group, [Commit(0, 7), Commit(1, 8)], Stop);
        Assert.Equal([7, 8], (await groups.ListOffsetsAsync(group, Stop)).OrderBy(offset => offset.Partition.Partition).Select(offset => offset.Offset.Value));
        Assert.Equal(GroupState.Empty, (await groups.FindClassicAsync(group, Stop))!.State);
        Assert.Contains(await groups.ListAsync(Stop), listing => listing.GroupId == group);
        await groups.DeleteOffsetsAsync(group, [new TopicPartition(name, 0)], Stop);
        Assert.Equal(8, Assert.Single(await groups.ListOffsetsAsync(group, Stop)).Offset.Value);

        await using (Consumer member = outside.Client.CreateConsumer(new ConsumerOptions { GroupId = group, Topics = [name], OffsetReset = OffsetReset.Earliest }))
        {
            await Eventually.HoldsAsync(() => member.Partitions.Count == 2);
            Assert.Equal(2, Assert.Single((await groups.FindAsync(group, Stop))!.Members).Assignment.Sum(topic => topic.Partitions.Count));
            Assert.Equal(ErrorCode.UnknownMemberId, (await Assert.ThrowsAsync<StreamCoordException>(() => groups.SetOffsetsAsync(group, [Commit(0, 1)], Stop))).Code);
            Assert.Equal(ErrorCode.NonEmptyGroup, (await Assert.ThrowsAsync<StreamCoordException>(() => groups.DeleteAsync(group, Stop))).Code);
        }
        Assert.True(await groups.DeleteAsync(group, Stop));
        Assert.False(await groups.DeleteAsync(group, Stop));

        OffsetToCommit Commit(int partition, long offset) => new(new TopicPartition(name, partition), new Offset(offset), LeaderEpoch.Unknown, null);
    }

    [Fact]
    public async Task TheCluster_TellsOfItsBrokers()
    {
        ClusterDescription cluster = await outside.Client.Cluster.DescribeAsync(Stop);
        Assert.Equal(await ClientHost.ClusterIdAsync(outside.Silo), cluster.ClusterId);
        Assert.Equal(new NodeId(1), cluster.Controller);
        Assert.Equal(outside.Kafka, Assert.Single(cluster.Brokers) is var broker ? $"{broker.Host}:{broker.Port}" : "");
    }
}
