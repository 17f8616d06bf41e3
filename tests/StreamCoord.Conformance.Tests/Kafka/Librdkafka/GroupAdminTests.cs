using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as an administrator of consumer groups.</summary>
public sealed class GroupAdminTests(SharedSilo silo)
{
    [Fact]
    public async Task AGroup_IsListedAndDescribed_AndDeletedWhenItsMembersHaveGone()
    {
        string topic = await silo.CreateTopicAsync(2);
        string group = silo.NewName();
        using IAdminClient admin = silo.Admin();
        await using var reader = new GroupReader(
            new ConsumerConfig
            {
                BootstrapServers = silo.Servers,
                GroupId = group,
                ClientId = "reader",
            },
            topic);
        await Eventually.HoldsAsync(() => reader.Partitions.Count == 2);

        Assert.Contains((await admin.ListConsumerGroupsAsync()).Valid, one => one.GroupId == group && one.State == ConsumerGroupState.Stable && !one.IsSimpleConsumerGroup);
        ConsumerGroupDescription described = await DescribeAsync();
        Assert.Equal((ConsumerGroupState.Stable, "range", 1), (described.State, described.PartitionAssignor, described.Coordinator.Id));
        MemberDescription member = Assert.Single(described.Members);
        Assert.Equal("reader", member.ClientId);
        Assert.Equal([new KafkaPartition(topic, 0), new KafkaPartition(topic, 1)], member.Assignment.TopicPartitions.OrderBy(one => one.Partition.Value));
        Assert.Equal(KafkaError.NonEmptyGroup, (await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]))).Results.Single().Error.Code);

        await silo.ProduceAsync(topic, 0, 4, 2);
        await Eventually.HoldsAsync(() => reader.Values.Count() == 4);
        await reader.CloseAsync();
        Assert.Equal((ConsumerGroupState.Empty, 0), ((await DescribeAsync()).State, (await DescribeAsync()).Members.Count));
        await admin.DeleteGroupsAsync([group]);
        Assert.DoesNotContain((await admin.ListConsumerGroupsAsync()).Valid, one => one.GroupId == group);
        Assert.Equal(KafkaError.GroupIdNotFound, (await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]))).Results.Single().Error.Code);

        async Task<ConsumerGroupDescription> DescribeAsync() => (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
    }

    [Fact]
    public async Task CommittedOffsets_AreChangedListedAndDeleted()
    {
        string topic = await silo.CreateTopicAsync(2);
        string group = silo.NewName();
        KafkaPartition[] partitions = [new(topic, 0), new(topic, 1)];
        await silo.ProduceAsync(topic, 0, 20, 2);
        using IAdminClient admin = silo.Admin();

        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [new(partitions[0], 7), new(partitions[1], 3)])]);

        Assert.Equal((long[])[7, 3], await ListAsync());
        await using (var reader = new GroupReader(new ConsumerConfig { BootstrapServers = silo.Servers, GroupId = group }, topic))
        {
            await Eventually.HoldsAsync(() => reader.Values.Count() == 10);
            Assert.Equal([3, 7], reader.Results.GroupBy(one => one.Partition.Value).OrderByDescending(one => one.Key).Select(one => one.First().Offset.Value));
        }
        Assert.Equal((long[])[10, 10], await ListAsync());
        await admin.DeleteConsumerGroupOffsetsAsync(group, [partitions[0]]);
        Assert.Equal((long[])[KafkaOffset.Unset.Value, 10], await ListAsync());

        async Task<long[]> ListAsync() =>
            [.. (await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, [.. partitions])])).Single().Partitions.Select(one => one.Offset.Value)];
    }
}
