using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Topics;
using Answer = StreamCoord.Protocol.Kafka.Messages.AlterConfigsResponse.AlterConfigsResourceResponse;
using Change = StreamCoord.Protocol.Kafka.Messages.IncrementalAlterConfigsRequest.AlterableConfig;
using IncrementalAnswer = StreamCoord.Protocol.Kafka.Messages.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>Configurations of topics are changed one by one or as a whole, and nothing else's.</summary>
public sealed class AlterConfigsTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte SetOperation = 0;
    private const sbyte DeleteOperation = 1;
    private const sbyte AppendOperation = 2;
    private const sbyte SubtractOperation = 3;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task IncrementalAlterConfigs_ChangesWhatItNamesAlone(short version)
    {
        await SetAsync(Client, TopicName, (TopicConfigs.RetentionMs, "1000"), (TopicConfigs.SegmentMs, "2000"));

        IncrementalAnswer answer = await AlterAsync(
            Topic, TopicName, version, (TopicConfigs.RetentionMs, DeleteOperation, null), (TopicConfigs.CleanupPolicy, AppendOperation, "compact"));

        Assert.Equal((0, TopicName), (answer.ErrorCode, answer.ResourceName));
        Assert.Equal([(TopicConfigs.CleanupPolicy, "delete,compact"), (TopicConfigs.SegmentMs, "2000")], await ReadAsync());
        await AlterAsync(Topic, TopicName, version, (TopicConfigs.CleanupPolicy, SubtractOperation, "delete"));
        Assert.Equal([(TopicConfigs.CleanupPolicy, "compact"), (TopicConfigs.SegmentMs, "2000")], await ReadAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task AlterConfigs_ReplacesTheWholeSet(short version)
    {
        await SetAsync(Client, TopicName, (TopicConfigs.RetentionMs, "1000"), (TopicConfigs.SegmentMs, "2000"));

        Assert.Equal(0, (await ReplaceAsync(Topic, TopicName, version, false, (TopicConfigs.SegmentMs, "3000"))).ErrorCode);

        Assert.Equal([(TopicConfigs.SegmentMs, "3000")], await ReadAsync());
    }

    [Fact]
    public async Task ValidateOnly_ChangesNothing_AndSaysWhatIsWrong()
    {
        Assert.Equal(0, (await ReplaceAsync(Topic, TopicName, 2, true, (TopicConfigs.SegmentMs, "3000"))).ErrorCode);
        Assert.Equal(ErrorCode.InvalidConfig, (ErrorCode)(await ReplaceAsync(Topic, TopicName, 2, true, (TopicConfigs.SegmentMs, "soon"))).ErrorCode);
        IncrementalAlterConfigsRequest request = Request(Topic, TopicName, (TopicConfigs.SegmentMs, SetOperation, "3000"));
        request.ValidateOnly = true;
        Assert.Equal(0, (await Client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1)).Responses.Single().ErrorCode);

        Assert.Empty(await ReadAsync());
    }

    [Theory]
    [InlineData(TopicConfigs.RetentionMs, SetOperation, "soon", ErrorCode.InvalidConfig)]
    [InlineData("no.such.config", SetOperation, "1", ErrorCode.InvalidConfig)]
    [InlineData("no.such.config", DeleteOperation, null, ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.RetentionMs, SetOperation, null, ErrorCode.InvalidRequest)]
    [InlineData(TopicConfigs.RetentionMs, AppendOperation, "1", ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.CleanupPolicy, SubtractOperation, "delete", ErrorCode.InvalidConfig)]
    [InlineData(TopicConfigs.RetentionMs, 9, "1", ErrorCode.InvalidRequest)]
    public async Task IncrementalAlterConfigs_OfOneThatIsWrong_ChangesNone(string name, sbyte operation, string? value, ErrorCode expected)
    {
        IncrementalAnswer answer = await AlterAsync(Topic, TopicName, 1, (TopicConfigs.SegmentMs, SetOperation, "2000"), (name, operation, value));

        Assert.Equal((expected, true), ((ErrorCode)answer.ErrorCode, answer.ErrorMessage is { Length: > 0 }));
        Assert.Empty(await ReadAsync());
    }

    [Theory]
    [InlineData(Topic, "nowhere", ErrorCode.UnknownTopicOrPartition)]
    [InlineData(Topic, "", ErrorCode.InvalidTopicException)]
    [InlineData(Topic, "__znodes", ErrorCode.InvalidTopicException)]
    [InlineData(Broker, "1", ErrorCode.InvalidRequest)]
    [InlineData(8, "1", ErrorCode.InvalidRequest)]
    public async Task OfWhatCannotBeChanged_IsRefused(sbyte type, string name, ErrorCode expected)
    {
        Answer replaced = await ReplaceAsync(type, name, 2, false, (TopicConfigs.RetentionMs, "1"));
        IncrementalAnswer altered = await AlterAsync(type, name, 1, (TopicConfigs.RetentionMs, SetOperation, "1"));

        Assert.Equal((expected, expected), ((ErrorCode)replaced.ErrorCode, (ErrorCode)altered.ErrorCode));
        Assert.NotNull(altered.ErrorMessage);
    }

    [Fact]
    public async Task OfOneResourceTwice_IsRefused()
    {
        IncrementalAlterConfigsRequest request = Request(Topic, TopicName, (TopicConfigs.SegmentMs, SetOperation, "3000"));
        request.Resources = [request.Resources[0], request.Resources[0]];
        IncrementalAlterConfigsResponse response = await Client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);

        Assert.Equal(ErrorCode.InvalidRequest, (ErrorCode)response.Responses.Single().ErrorCode);
        Assert.Empty(await ReadAsync());
    }

    /// <summary>Sets configurations of a topic.</summary>
    internal static async Task SetAsync(KafkaClient client, string topic, params (string Name, string Value)[] configs)
    {
        IncrementalAlterConfigsRequest request = Request(Topic, topic, [.. configs.Select(config => (config.Name, SetOperation, (string?)config.Value))]);
        Assert.Equal(0, (await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1)).Responses.Single().ErrorCode);
    }

    private async Task<IEnumerable<(string, string?)>> ReadAsync() => (await DescribeConfigsTests.ReadSetAsync(Client, TopicName)).Select(pair => (pair.Key, pair.Value));

    private async Task<IncrementalAnswer> AlterAsync(sbyte type, string name, short version, params (string Name, sbyte Operation, string? Value)[] changes) =>
        (await Client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(Request(type, name, changes), version)).Responses.Single();

    private async Task<Answer> ReplaceAsync(sbyte type, string name, short version, bool validateOnly, params (string Name, string Value)[] configs)
    {
        var request = new AlterConfigsRequest
        {
            Resources =
            [
                new AlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = type,
                    ResourceName = name,
                    Configs =
                    [
                        .. configs.Select(config => new AlterConfigsRequest.AlterableConfig
                        {
                            Name = config.Name,
                            Value = config.Value,
                        }),
                    ],
                },
            ],
            ValidateOnly = validateOnly,
        };
        return (await Client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(request, version)).Responses.Single();
    }

    private static IncrementalAlterConfigsRequest Request(sbyte type, string name, params (string Name, sbyte Operation, string? Value)[] changes) => new()
    {
        Resources =
        [
            new IncrementalAlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = type,
                ResourceName = name,
                Configs =
                [
                    .. changes.Select(change => new Change
                    {
                        Name = change.Name,
                        ConfigOperation = change.Operation,
                        Value = change.Value,
                    }),
                ],
            },
        ],
    };
}
