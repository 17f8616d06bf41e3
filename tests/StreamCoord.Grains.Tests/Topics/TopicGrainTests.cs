using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Testing.Databases;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>What topics promise, on every database.</summary>
public abstract class TopicGrainTests(IDatabaseSource source) : IAsyncLifetime
{
    private TopicSilo _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await TopicSilo.StartAsync(source, new TopicOptions { DefaultPartitions = 2 });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task Create_ThenDescribe_ShowsTheTopicAlsoAfterARestart()
    {
        TopicReply created = await _silo.Topic("orders").Create(New(3, (TopicConfigs.RetentionMs, "60000")));
        Assert.Equal(ErrorCode.None, created.Error);

        await _silo.RestartAsync();
        TopicReply described = await _silo.Topic("orders").Describe();

        Assert.Equal(created.Topic!.TopicId, described.Topic!.TopicId);
        Assert.Equal("orders", described.Topic.Name);
        Assert.Equal(1, described.Topic.ReplicationFactor);
        Assert.Equal("60000", described.Topic.Configs[TopicConfigs.RetentionMs]);
        Assert.Equal([0, 1, 2], described.Topic.Partitions.Select(partition => partition.Partition));
        Assert.All(described.Topic.Partitions, partition => Assert.Equal(new NodeId(1), partition.Leader));
        Assert.All(described.Topic.Partitions, partition => Assert.Equal([new NodeId(1)], partition.InSyncReplicas));
    }

    [Fact]
    public async Task List_AfterARestart_HasEveryTopic()
    {
        string[] names = [.. Enumerable.Range(0, 150).Select(i => $"topic-{i:000}")];
        await Task.WhenAll(names.Select(name => _silo.Topic(name).Create(New(1))));

        await _silo.RestartAsync();

        Assert.Equal(names, (await TopicCatalogue.ListAsync(_silo.Grains)).Select(topic => topic.Name));
    }

    [Fact]
    public async Task Create_Twice_IsRefused()
    {
        TopicReply first = await _silo.Topic("orders").Create(New(1));
        TopicReply second = await _silo.Topic("orders").Create(New(2));

        Assert.Equal(ErrorCode.TopicAlreadyExists, second.Error);
        Assert.Equal(first.Topic!.TopicId, (await _silo.Topic("orders").Describe()).Topic!.TopicId);
    }

    [Fact]
    public async Task Create_ManyAtOnce_MakesOne()
    {
        TopicReply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _silo.Topic("orders").Create(New(1))));

        Assert.Single(replies, reply => reply.Error == ErrorCode.None);
        Assert.Equal(19, replies.Count(reply => reply.Error == ErrorCode.TopicAlreadyExists));
    }

    [Theory]
    [InlineData("", ErrorCode.InvalidTopicException)]
    [InlineData("..", ErrorCode.InvalidTopicException)]
    [InlineData("a b", ErrorCode.InvalidTopicException)]
    [InlineData("__internal", ErrorCode.InvalidTopicException)]
    public async Task Anything_UnderAnIllegalName_IsRefused(string name, ErrorCode expected)
    {
        ITopicGrain topic = _silo.Topic(name.Length > 0 ? name : new string('n', TopicName.LengthMax + 1));

        Assert.Equal(expected, (await topic.Create(New(1))).Error);
        Assert.Equal(expected, (await topic.DescribeOrCreate()).Error);
        Assert.Equal(expected, (await topic.SetPartitionCount(2, false)).Error);
        Assert.Equal(expected, (await topic.AlterConfigs([], false)).Error);
        Assert.Equal(expected, (await topic.Delete()).Error);
        Assert.Empty(await TopicCatalogue.ListAsync(_silo.Grains));
    }

    [Theory]
    [InlineData(0, 1, null, ErrorCode.InvalidPartitions)]
    [InlineData(-1, 1, null, ErrorCode.InvalidPartitions)]
    [InlineData(CreateTopicRequest.PartitionCountMax + 1, 1, null, ErrorCode.InvalidPartitions)]
    [InlineData(1, 0, null, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, 2, null, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, 1, "no.such.config", ErrorCode.InvalidConfig)]
    [InlineData(1, 1, TopicConfigs.SegmentBytes, ErrorCode.InvalidConfig)]
    public async Task Create_OfWhatCannotBe_IsRefusedAndLeavesNothing(int partitions, short replicationFactor, string? config, ErrorCode expected)
    {
        var configs = new Dictionary<string, string>();
        if (config is not null)
        {
            configs.Add(config, "-7");
        }

        TopicReply reply = await _silo.Topic("orders").Create(new CreateTopicRequest(partitions, replicationFactor, configs, ValidateOnly: false));

        Assert.Equal(expected, reply.Error);
        Assert.NotNull(reply.Message);
        await _silo.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Create_ThatOnlyValidates_ShowsTheTopicAndLeavesNothing()
    {
        TopicReply reply = await _silo.Topic("orders").Create(New(3) with { ValidateOnly = true });

        Assert.Equal(3, reply.Topic!.Partitions.Count);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await _silo.Topic("orders").Describe()).Error);
        await _silo.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Create_OfANameThatCollides_IsRefused(bool validateOnly)
    {
        await _silo.Topic("a.b").Create(New(1));

        TopicReply reply = await _silo.Topic("a_b").Create(New(1) with { ValidateOnly = validateOnly });

        Assert.Equal(ErrorCode.InvalidTopicException, reply.Error);
        Assert.Contains("a.b", reply.Message, StringComparison.Ordinal);
        Assert.Equal("a.b", Assert.Single(await TopicCatalogue.ListAsync(_silo.Grains)).Name);
    }

    [Fact]
    public async Task Create_OfNamesThatCollide_AtOnce_MakesOne()
    {
        string[] names = ["a.b.c", "a_b.c", "a.b_c", "a_b_c"];

        TopicReply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _silo.Topic(names[i % 4]).Create(New(1))));

        TopicDescription made = Assert.Single(replies, reply => reply.Error == ErrorCode.None).Topic!;
        Assert.Equal(made.Name, Assert.Single(await TopicCatalogue.ListAsync(_silo.Grains)).Name);
        Assert.All(replies, reply => Assert.True(reply.Error is ErrorCode.None or ErrorCode.InvalidTopicException or ErrorCode.TopicAlreadyExists, reply.Message));
    }

    [Fact]
    public async Task DescribeOrCreate_MakesTheTopicOnceWithTheDefaults()
    {
        TopicReply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _silo.Topic("orders").DescribeOrCreate()));

        Assert.Single(replies.Select(reply => reply.Topic!.TopicId).Distinct());
        Assert.Equal(2, replies[0].Topic!.Partitions.Count);
    }

    [Fact]
    public async Task SetPartitionCount_OnlyGrows()
    {
        await _silo.Topic("orders").Create(New(2));

        Assert.Equal(ErrorCode.InvalidPartitions, (await _silo.Topic("orders").SetPartitionCount(2, false)).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, (await _silo.Topic("orders").SetPartitionCount(CreateTopicRequest.PartitionCountMax + 1, false)).Error);
        Assert.Equal(5, (await _silo.Topic("orders").SetPartitionCount(5, validateOnly: true)).Topic!.Partitions.Count);
        Assert.Equal(2, (await _silo.Topic("orders").Describe()).Topic!.Partitions.Count);
        Assert.Equal(4, (await _silo.Topic("orders").SetPartitionCount(4, false)).Topic!.Partitions.Count);
        await _silo.RestartAsync();
        Assert.Equal(4, (await _silo.Topic("orders").Describe()).Topic!.Partitions.Count);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await _silo.Topic("none").SetPartitionCount(4, false)).Error);
    }

    [Fact]
    public async Task AlterConfigs_TakesAllOrNothingAndTellsThePartitions()
    {
        await _silo.Topic("orders").Create(New(2, (TopicConfigs.RetentionMs, "1")));

        TopicReply refused = await _silo.Topic("orders").AlterConfigs(
            [new ConfigChange(TopicConfigs.RetentionMs, "2"), new ConfigChange(TopicConfigs.SegmentBytes, "many")], false);
        Assert.Equal(ErrorCode.InvalidConfig, refused.Error);
        Assert.Equal("1", (await _silo.Topic("orders").Describe()).Topic!.Configs[TopicConfigs.RetentionMs]);
        Assert.Empty(_silo.Calls.Reconfigured);

        TopicReply altered = await _silo.Topic("orders").AlterConfigs(
            [new ConfigChange(TopicConfigs.RetentionMs, "2"), new ConfigChange(TopicConfigs.SegmentBytes, "1000")], false);
        Assert.Equal(ErrorCode.None, altered.Error);
        Assert.Equal([("orders/0", "2"), ("orders/1", "2")], _silo.Calls.Reconfigured.Order());

        await _silo.Topic("orders").AlterConfigs([new ConfigChange(TopicConfigs.RetentionMs, null)], false);
        await _silo.RestartAsync();
        IReadOnlyDictionary<string, string> configs = (await _silo.Topic("orders").Describe()).Topic!.Configs;
        Assert.Equal(TopicConfigs.SegmentBytes, Assert.Single(configs).Key);
    }

    [Theory]
    [InlineData("no.such.config", null)]
    [InlineData("no.such.config", "1")]
    public async Task AlterConfigs_OfAnUnknownName_IsRefused(string name, string? value)
    {
        await _silo.Topic("orders").Create(New(1));

        Assert.Equal(ErrorCode.InvalidConfig, (await _silo.Topic("orders").AlterConfigs([new ConfigChange(name, value)], false)).Error);
    }

    [Fact]
    public async Task AlterConfigs_OfOneNameTwice_IsRefused()
    {
        await _silo.Topic("orders").Create(New(1));
        var change = new ConfigChange(TopicConfigs.RetentionMs, "1");

        Assert.Equal(ErrorCode.InvalidRequest, (await _silo.Topic("orders").AlterConfigs([change, change], false)).Error);
    }

    [Theory]
    [InlineData(null, ConfigOperation.Append, "compact", "delete,compact")]
    [InlineData("compact", ConfigOperation.Append, "delete, compact", "compact,delete")]
    [InlineData("compact,delete", ConfigOperation.Subtract, "delete", "compact")]
    public async Task AlterConfigs_OfWordsOfAList_ChangesThemAlone(string? before, ConfigOperation operation, string words, string expected)
    {
        await _silo.Topic("orders").Create(before is null ? New(1) : New(1, (TopicConfigs.CleanupPolicy, before)));

        TopicReply altered = await _silo.Topic("orders").AlterConfigs([new ConfigChange(TopicConfigs.CleanupPolicy, words, operation)], false);

        Assert.Equal(expected, altered.Topic!.Configs[TopicConfigs.CleanupPolicy]);
    }

    [Theory]
    [InlineData(TopicConfigs.CleanupPolicy, ConfigOperation.Subtract, "delete", ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.CleanupPolicy, ConfigOperation.Append, "nonsense", ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.RetentionMs, ConfigOperation.Append, "1", ErrorCode.InvalidConfig)]
    [InlineData("no.such.config", ConfigOperation.Append, "1", ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.CleanupPolicy, ConfigOperation.Append, null, ErrorCode.InvalidRequest)]
    public async Task AlterConfigs_OfAListThatIsNoneOrWouldBeEmpty_IsRefused(string name, ConfigOperation operation, string? words, ErrorCode expected)
    {
        await _silo.Topic("orders").Create(New(1));

        Assert.Equal(expected, (await _silo.Topic("orders").AlterConfigs([new ConfigChange(name, words, operation)], false)).Error);
        Assert.Empty((await _silo.Topic("orders").Describe()).Topic!.Configs);
    }

    [Fact]
    public async Task Delete_TakesEverythingAwayAndFreesTheName()
    {
        TopicId first = (await _silo.Topic("a.b").Create(New(2))).Topic!.TopicId;

        Assert.Equal(ErrorCode.None, (await _silo.Topic("a.b").Delete()).Error);

        Assert.Equal([("a.b/0", first), ("a.b/1", first)], _silo.Calls.Removed.Order());
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await _silo.Topic("a.b").Describe()).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await _silo.Topic("a.b").Delete()).Error);
        await _silo.AssertNothingIsLeftAsync();
        Assert.NotEqual(first, (await _silo.Topic("a_b").Create(New(1))).Topic!.TopicId);
    }

    private static CreateTopicRequest New(int partitions, params (string Name, string Value)[] configs) =>
        new(partitions, 1, configs.ToDictionary(config => config.Name, config => config.Value), ValidateOnly: false);
}

public sealed class SqliteTopicGrainTests() : TopicGrainTests(new SqliteFile());

public sealed class PostgreSqlTopicGrainTests(PostgreSqlServer server) : TopicGrainTests(new PostgreSqlDatabase(server));
