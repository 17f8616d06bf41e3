using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Topics;
using Resource = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsRequest.DescribeConfigsResource;
using ResourceAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsResponse.DescribeConfigsResult;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>What admin clients are told of the configurations of topics and brokers.</summary>
public sealed class DescribeConfigsTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte BrokerLogger = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task OfATopic_InEveryVersion_AreAllOfThem(short version)
    {
        ResourceAnswer answer = await DescribeAsync(Topic, TopicName, version);

        Assert.Equal((0, Topic, TopicName), ((int)answer.ErrorCode, answer.ResourceType, answer.ResourceName));
        Assert.Equal(TopicConfigs.All.Select(config => (config.Name, config.Default)), answer.Configs.Select(config => (config.Name, config.Value!)));
        Assert.All(answer.Configs, config => Assert.Equal((5, false, false), ((int)config.ConfigSource, config.ReadOnly, config.IsSensitive)));
    }

    [Fact]
    public async Task ThatAreSet_HaveTheirSourceTheirSynonymsAndTheirDocumentation()
    {
        await AlterConfigsTests.SetAsync(Client, TopicName, (TopicConfigs.RetentionMs, "1000"));
        var request = new DescribeConfigsRequest
        {
            Resources = [Resource(Topic, TopicName, TopicConfigs.RetentionMs, TopicConfigs.SegmentMs, "no.such.config")],
            IncludeSynonyms = true,
            IncludeDocumentation = true,
        };

        DescribeConfigsResponse response = await Client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, 4);

        Assert.Collection(
            response.Results.Single().Configs,
            set =>
            {
                Assert.Equal((TopicConfigs.RetentionMs, "1000", 1, 5), (set.Name, set.Value, set.ConfigSource, set.ConfigType));
                Assert.Equal([("1000", 1), ("604800000", 5)], set.Synonyms.Select(one => (one.Value!, (int)one.Source)));
                Assert.Equal(TopicConfigs.Find(TopicConfigs.RetentionMs)!.Documentation, set.Documentation);
            },
            unset => Assert.Equal([(TopicConfigs.SegmentMs, "604800000", 5)], unset.Synonyms.Select(one => (one.Name, one.Value!, (int)one.Source))));
    }

    [Fact]
    public async Task OfTheBroker_AreReadOnlyAndTrue()
    {
        ResourceAnswer answer = await DescribeAsync(Broker, "1", 4);

        Assert.Equal(0, answer.ErrorCode);
        Assert.All(answer.Configs, config => Assert.True(config.ReadOnly));
        Dictionary<string, (string?, int)> values = answer.Configs.ToDictionary(config => config.Name, config => (config.Value, (int)config.ConfigSource));
        Assert.Equal(("1", 4), values["node.id"]);
        Assert.Equal(($"PLAINTEXT://{Fixture.Silo.Kafka}", 4), values["advertised.listeners"]);
        Assert.Equal(("2000000", 4), values["socket.request.max.bytes"]);
        Assert.Equal(("bidirectional", 5), values["group.consumer.migration.policy"]);
        Assert.Equal(("true", 5), values["delete.topic.enable"]);
        Assert.Equal(("1", 5), values["num.partitions"]);
        Assert.Equal(values.Keys.Order(StringComparer.Ordinal), values.Keys);
    }

    [Fact]
    public async Task OfAllBrokersTogether_AreNone() => Assert.Empty((await DescribeAsync(Broker, "", 4)).Configs);

    [Theory]
    [InlineData(Topic, "nowhere", ErrorCode.UnknownTopicOrPartition)]
    [InlineData(Topic, "", ErrorCode.InvalidTopicException)]
    [InlineData(Topic, "a/b", ErrorCode.InvalidTopicException)]
    [InlineData(Broker, "2", ErrorCode.InvalidRequest)]
    [InlineData(Broker, "one", ErrorCode.InvalidRequest)]
    [InlineData(BrokerLogger, "1", ErrorCode.InvalidRequest)]
    [InlineData(99, "1", ErrorCode.InvalidRequest)]
    public async Task OfWhatHasNone_AreRefused(sbyte type, string name, ErrorCode expected)
    {
        ResourceAnswer answer = await DescribeAsync(type, name, 4);
        Assert.Equal((expected, true), ((ErrorCode)answer.ErrorCode, answer.ErrorMessage is { Length: > 0 }));
    }

    [Fact]
    public async Task OfATopicOfTheService_AreReadOnly()
    {
        Assert.All((await DescribeAsync(Topic, "__znodes", 4)).Configs, config => Assert.True(config.ReadOnly));
    }

    [Fact]
    public async Task ListConfigResources_ListsTopicsAndTheBroker()
    {
        ListConfigResourcesResponse all = await Client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest(), 1);
        Assert.Contains(all.ConfigResources, resource => resource.ResourceType == Topic && resource.ResourceName == TopicName);
        Assert.Contains(all.ConfigResources, resource => resource.ResourceType == Broker && resource.ResourceName == "1");
        ListConfigResourcesResponse brokers =
            await Client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest { ResourceTypes = [Broker] }, 1);
        Assert.Equal("1", brokers.ConfigResources.Single().ResourceName);

        Assert.Empty((await Client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest(), 0)).ConfigResources);
        ListConfigResourcesResponse unknown =
            await Client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest { ResourceTypes = [3] }, 1);
        Assert.Equal(ErrorCode.UnsupportedVersion, (ErrorCode)unknown.ErrorCode);
    }

    /// <summary>The configurations that are set for a topic.</summary>
    internal static async Task<Dictionary<string, string?>> ReadSetAsync(KafkaClient client, string topic)
    {
        DescribeConfigsResponse response = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(new DescribeConfigsRequest { Resources = [Resource(Topic, topic)] }, 4);
        return response.Results.Single().Configs.Where(config => config.ConfigSource == 1).ToDictionary(config => config.Name, config => config.Value);
    }

    private async Task<ResourceAnswer> DescribeAsync(sbyte type, string name, short version) =>
        (await Client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(new DescribeConfigsRequest { Resources = [Resource(type, name)] }, version)).Results.Single();

    private static Resource Resource(sbyte type, string name, params string[] keys) => new()
    {
        ResourceType = type,
        ResourceName = name,
        ConfigurationKeys = keys.Length == 0 ? null : keys,
    };
}
