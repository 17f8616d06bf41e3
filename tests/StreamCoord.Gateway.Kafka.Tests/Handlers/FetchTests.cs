using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>Fetches in sessions, by the identities of topics, and by clients with another leader epoch; produce by identity.</summary>
public sealed class FetchTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const short ByName = 12;
    private const short ById = 18;

    [Theory]
    [InlineData(ByName)]
    [InlineData(13)]
    [InlineData(ById)]
    public async Task Session_TellsOnlyWhatIsNew(short version)
    {
        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a")));
        FetchResponse full = await FetchAsync(await FullAsync(version, 0), version);
        Assert.NotEqual(0, full.SessionId);
        Assert.Equal(1, Single(full).HighWatermark);

        FetchRequest next = await FullAsync(version, 1);
        (next.SessionId, next.SessionEpoch) = (full.SessionId, 1);
        FetchResponse moved = await FetchAsync(next, version);
        Assert.Equal((0, full.SessionId, 0), (moved.ErrorCode, moved.SessionId, moved.Responses.Count));

        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("b")));
        FetchResponse news = await FetchAsync(new FetchRequest { SessionId = full.SessionId, SessionEpoch = 2, MinBytes = 1, MaxBytes = 1_000_000 }, version);
        Assert.Equal(2, Single(news).HighWatermark);
        Assert.NotEmpty(Single(news).Records!.Value.ToArray());

        var wrong = new FetchRequest { SessionId = full.SessionId, SessionEpoch = 2 };
        Assert.Equal((short)ErrorCode.InvalidFetchSessionEpoch, (await FetchAsync(wrong, version)).ErrorCode);
        var unknown = new FetchRequest { SessionId = full.SessionId ^ 1, SessionEpoch = 1 };
        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, (await FetchAsync(unknown, version)).ErrorCode);
        short other = version == ByName ? ById : ByName;
        Assert.Equal((short)ErrorCode.FetchSessionTopicIdError, (await FetchAsync(new FetchRequest { SessionId = full.SessionId, SessionEpoch = 3 }, other)).ErrorCode);

        FetchRequest last = await FullAsync(version, 0);
        (last.SessionId, last.SessionEpoch) = (full.SessionId, -1);
        FetchResponse ended = await FetchAsync(last, version);
        Assert.Equal((0, 2L), (ended.SessionId, Single(ended).HighWatermark));
        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, (await FetchAsync(new FetchRequest { SessionId = full.SessionId, SessionEpoch = 3 }, version)).ErrorCode);
    }

    [Fact]
    public async Task Session_WithoutPartitions_IsOver()
    {
        FetchResponse full = await FetchAsync(await FullAsync(ByName, 0), ByName);
        var forget = new FetchRequest
        {
            SessionId = full.SessionId,
            SessionEpoch = 1,
            ForgottenTopicsData = [new FetchRequest.ForgottenTopic { Topic = TopicName, Partitions = [0] }],
        };
        Assert.Equal((0, 0), ((await FetchAsync(forget, ByName)).ErrorCode, 0));
        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, (await FetchAsync(new FetchRequest { SessionId = full.SessionId, SessionEpoch = 2 }, ByName)).ErrorCode);
    }

    [Fact]
    public async Task Fetch_OfAnIdentityThatNoTopicHas_IsRefused()
    {
        FetchRequest request = await FullAsync(ById, 0);
        request.Topics[0].TopicId = Guid.NewGuid();
        Assert.Equal((short)ErrorCode.UnknownTopicId, Single(await FetchAsync(request, ById)).ErrorCode);
    }

    [Fact]
    public async Task Topic_MadeAnew_IsNotTheOneThatWasDeleted()
    {
        FetchRequest old = await FullAsync(ById, 0);
        var delete = new DeleteTopicsRequest { TopicNames = [TopicName] };
        Assert.Equal(0, (await Client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(delete, 5)).Responses.Single().ErrorCode);
        await Client.CreateTopicAsync(TopicName);
        Assert.Equal((short)ErrorCode.UnknownTopicId, Single(await FetchAsync(old, ById)).ErrorCode);
        Assert.Equal(0, Single(await FetchAsync(await FullAsync(ById, 0), ById)).ErrorCode);
    }

    [Fact]
    public async Task Produce_ByIdentity_PutsTheBatchAtTheEnd()
    {
        ProduceRequest request = Requests.Produce("", Requests.Batch("a"));
        request.TopicData[0].TopicId = await TopicIdAsync();
        ProduceResponse.TopicProduceResponse answer = (await Client.AskAsync<ProduceRequest, ProduceResponse>(request, 13)).Responses.Single();
        Assert.Equal((request.TopicData[0].TopicId, 0, 0L), (answer.TopicId, answer.PartitionResponses.Single().ErrorCode, answer.PartitionResponses.Single().BaseOffset));
        request.TopicData[0].TopicId = Guid.NewGuid();
        Assert.Equal((short)ErrorCode.UnknownTopicId, (await Client.AskAsync<ProduceRequest, ProduceResponse>(request, 13)).Responses.Single().PartitionResponses.Single().ErrorCode);
    }

    [Fact]
    public async Task LeaderEpoch_OfTheMetadata_IsTaken_AndOthersAreRefused()
    {
        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a")));
        int epoch = await EpochAsync();
        Assert.True(epoch >= 0);
        foreach ((int claimed, ErrorCode expected) in ((int, ErrorCode)[])[(epoch, ErrorCode.None), (epoch - 1, epoch == 0 ? ErrorCode.None : ErrorCode.FencedLeaderEpoch), (epoch + 1, ErrorCode.UnknownLeaderEpoch)])
        {
            FetchRequest fetch = await FullAsync(ByName, 0);
            fetch.Topics[0].Partitions[0].CurrentLeaderEpoch = claimed;
            Assert.Equal(expected, (ErrorCode)Single(await FetchAsync(fetch, ByName)).ErrorCode);
            var list = new ListOffsetsRequest
            {
                Topics = [new ListOffsetsRequest.ListOffsetsTopic { Name = TopicName, Partitions = [new ListOffsetsRequest.ListOffsetsPartition { Timestamp = -1, CurrentLeaderEpoch = claimed }] }],
            };
            Assert.Equal(expected, (ErrorCode)(await Client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(list, 6)).Topics.Single().Partitions.Single().ErrorCode);
        }
    }

    private static FetchResponse.PartitionData Single(FetchResponse response) => response.Responses.Single().Partitions.Single();

    private Task<FetchResponse> FetchAsync(FetchRequest request, short version) => Client.AskAsync<FetchRequest, FetchResponse>(request, version);

    private async Task<FetchRequest> FullAsync(short version, long offset)
    {
        FetchRequest request = Requests.Fetch(version == ByName ? TopicName : "", offset);
        request.Topics[0].TopicId = version == ByName ? Guid.Empty : await TopicIdAsync();
        (request.SessionId, request.SessionEpoch) = (0, 0);
        return request;
    }

    private async Task<Guid> TopicIdAsync() => (await MetadataAsync()).TopicId;

    private async Task<int> EpochAsync() => (await MetadataAsync()).Partitions.Single().LeaderEpoch;

    private async Task<MetadataResponse.MetadataResponseTopic> MetadataAsync()
    {
        var request = new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = TopicName }] };
        return (await Client.AskAsync<MetadataRequest, MetadataResponse>(request, 12)).Topics.Single();
    }
}
