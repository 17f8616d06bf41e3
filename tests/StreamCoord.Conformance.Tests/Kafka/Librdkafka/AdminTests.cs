using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as an administrator of topics, configurations and the cluster.</summary>
public sealed class AdminTests(SharedSilo silo)
{
    [Fact]
    public async Task Topics_AreCreatedDescribedGrownAndDeleted()
    {
        using IAdminClient admin = silo.Admin();
        string topic = silo.NewName();
        var wanted = new TopicSpecification { Name = topic, NumPartitions = 2, ReplicationFactor = 1 };
        await admin.CreateTopicsAsync([wanted]);
        CreateTopicsException again = await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([wanted]));
        Assert.Equal(KafkaError.TopicAlreadyExists, again.Results.Single().Error.Code);

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);
        CreatePartitionsException fewer = await Assert.ThrowsAsync<CreatePartitionsException>(
            () => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]));
        Assert.Equal(KafkaError.InvalidPartitions, fewer.Results.Single().Error.Code);

        TopicDescription described = (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions.Single();
        Assert.Equal((topic, false), (described.Name, described.IsInternal));
        Assert.NotEqual("AAAAAAAAAAAAAAAAAAAAAA", described.TopicId.ToString());
        Assert.Equal([0, 1, 2, 3, 4], described.Partitions.Select(one => one.Partition));
        Assert.All(described.Partitions, one => Assert.Equal((1, 1, 1), (one.Leader.Id, one.Replicas.Single().Id, one.ISR.Single().Id)));

        await admin.DeleteTopicsAsync([topic]);
        DescribeTopicsException gone = await Assert.ThrowsAsync<DescribeTopicsException>(() => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic])));
        Assert.Equal(KafkaError.UnknownTopicOrPart, gone.Results.TopicDescriptions.Single().Error.Code);
        Assert.Equal(KafkaError.UnknownTopicOrPart, (await Assert.ThrowsAsync<DeleteTopicsException>(() => admin.DeleteTopicsAsync([topic]))).Results.Single().Error.Code);
    }

    [Theory]
    [InlineData("a b", 1, 1, KafkaError.TopicException)]
    [InlineData("fine", 0, 1, KafkaError.InvalidPartitions)]
    [InlineData("fine", 1, 3, KafkaError.InvalidReplicationFactor)]
    public async Task ATopicThatCannotBe_IsRefused(string name, int partitions, short replicas, KafkaError error)
    {
        using IAdminClient admin = silo.Admin();
        CreateTopicsException refused = await Assert.ThrowsAsync<CreateTopicsException>(
            () => admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas }]));

        Assert.Equal(error, refused.Results.Single().Error.Code);
        Assert.NotEmpty(refused.Results.Single().Error.Reason);
    }

    [Fact]
    public async Task Configurations_AreDescribed_AndChangedOneByOneOrAllAtOnce()
    {
        using IAdminClient admin = silo.Admin();
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = await silo.CreateTopicAsync(configs: new() { ["retention.ms"] = "1000" }) };
        Assert.Equal(("1000", false, ConfigSource.DynamicTopicConfig), await ReadAsync("retention.ms"));
        Assert.True((await ReadAsync("segment.bytes")).IsDefault);

        await ChangeAsync(new() { Name = "segment.bytes", Value = "2097152", IncrementalOperation = AlterConfigOpType.Set }, new() { Name = "cleanup.policy", Value = "compact", IncrementalOperation = AlterConfigOpType.Append });
        Assert.Equal("2097152", (await ReadAsync("segment.bytes")).Value);
        Assert.Equal("delete,compact", (await ReadAsync("cleanup.policy")).Value);
        Assert.Equal("1000", (await ReadAsync("retention.ms")).Value);
        await ChangeAsync(new() { Name = "cleanup.policy", Value = "delete", IncrementalOperation = AlterConfigOpType.Subtract }, new() { Name = "retention.ms", IncrementalOperation = AlterConfigOpType.Delete });
        Assert.Equal("compact", (await ReadAsync("cleanup.policy")).Value);
        Assert.True((await ReadAsync("retention.ms")).IsDefault);

        // The older request replaces everything.
        await admin.AlterConfigsAsync(new() { [resource] = [new() { Name = "retention.ms", Value = "5000" }] });
        Assert.Equal("5000", (await ReadAsync("retention.ms")).Value);
        Assert.True((await ReadAsync("segment.bytes")).IsDefault);
        IncrementalAlterConfigsException refused = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(
            () => ChangeAsync(new ConfigEntry { Name = "retention.ms", Value = "soon", IncrementalOperation = AlterConfigOpType.Set }));
        Assert.Equal(KafkaError.InvalidConfig, refused.Results.Single().Error.Code);

        Task ChangeAsync(params ConfigEntry[] entries) => admin.IncrementalAlterConfigsAsync(new() { [resource] = [.. entries] });

        async Task<(string Value, bool IsDefault, ConfigSource Source)> ReadAsync(string name)
        {
            ConfigEntryResult entry = (await admin.DescribeConfigsAsync([resource])).Single().Entries[name];
            return (entry.Value, entry.IsDefault, entry.Source);
        }
    }

    [Fact]
    public async Task TheBrokersConfigurations_AreTold()
    {
        using IAdminClient admin = silo.Admin();

        DescribeConfigsResult described = (await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = "1" }])).Single();

        Assert.Equal("1", described.Entries["broker.id"].Value);
        Assert.All(described.Entries.Values, entry => Assert.False(string.IsNullOrEmpty(entry.Name)));
    }

    [Fact]
    public async Task TheCluster_IsOneBroker_WhichIsItsController()
    {
        using IAdminClient admin = silo.Admin();

        DescribeClusterResult cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { IncludeAuthorizedOperations = true });

        Assert.Equal((1, 1), (cluster.Nodes.Single().Id, cluster.Controller.Id));
        Assert.Equal(silo.Servers, $"{cluster.Controller.Host}:{cluster.Controller.Port}");
        Assert.NotEmpty(cluster.ClusterId);
        Assert.NotEmpty(cluster.AuthorizedOperations);
    }

    [Fact]
    public async Task RecordsAreDeleted_AndOffsetsListed()
    {
        string topic = await silo.CreateTopicAsync();
        var partition = new KafkaPartition(topic, 0);
        await silo.ProduceAsync(topic, 0, 10);
        using IAdminClient admin = silo.Admin();

        DeleteRecordsResult deleted = (await admin.DeleteRecordsAsync([new KafkaPartitionOffset(partition, 4)])).Single();

        Assert.Equal(4, deleted.Offset.Value);
        Assert.Equal(4, await ListAsync(OffsetSpec.Earliest()));
        Assert.Equal(10, await ListAsync(OffsetSpec.Latest()));
        Assert.InRange(await ListAsync(OffsetSpec.MaxTimestamp()), 4, 9);
        DeleteRecordsException beyond = await Assert.ThrowsAsync<DeleteRecordsException>(() => admin.DeleteRecordsAsync([new KafkaPartitionOffset(partition, 11)]));
        Assert.Equal(KafkaError.OffsetOutOfRange, beyond.Results.Single().Error.Code);
        ElectLeadersException elected = await Assert.ThrowsAsync<ElectLeadersException>(() => admin.ElectLeadersAsync(ElectionType.Preferred, [partition]));
        Assert.Equal(KafkaError.ElectionNotNeeded, elected.Results.TopicPartitions.Single().Error.Code);

        async Task<long> ListAsync(OffsetSpec spec) => (await admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec }]))
            .ResultInfos.Single().TopicPartitionOffsetError.Offset.Value;
    }
}
