using System.Text;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;
using StateOf = StreamCoord.Protocol.Kafka.Messages.DescribeTransactionsResponse.TransactionStateData;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>Transactions over the wire, in the older flow and in that of KIP-890, and what admin clients see of them.</summary>
public sealed class TransactionTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const short OldProduce = 9;
    private const short NewProduce = 12;
    private const short NewEnd = 5;

    private string Id => "id-of-" + TopicName;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public async Task OlderFlow_InEveryLayout_CommitsAndAborts(short addVersion, short endVersion)
    {
        (long id, short epoch) = await InitAsync();
        foreach (bool isCommit in (bool[])[true, false])
        {
            Assert.Equal(ErrorCode.None, await AddAsync(id, epoch, addVersion));
            Assert.Equal(ErrorCode.None, await ProduceAsync(id, epoch, isCommit ? 0 : 1, OldProduce));
            Assert.Equal(1, (await FetchCommittedAsync()).LastStableOffset - (isCommit ? -1 : 1));
            Assert.Equal(ErrorCode.None, (await EndAsync(id, epoch, isCommit, endVersion)).Error);
            await UntilSettledAsync();
        }
        FetchResponse.PartitionData read = await FetchCommittedAsync();
        Assert.Equal((4L, 4L), (read.HighWatermark, read.LastStableOffset));
        FetchResponse.AbortedTransaction aborted = Assert.Single(read.AbortedTransactions!);
        Assert.Equal((id, 2L), (aborted.ProducerId, aborted.FirstOffset));
    }

    [Fact]
    public async Task NewerFlow_NeedsNoAdd_AndEveryEndGivesTheNextEpoch()
    {
        (long id, short epoch) = await InitAsync();
        Assert.Equal(0, epoch);
        for (short expected = 1; expected < 4; expected++)
        {
            Assert.Equal(ErrorCode.None, await ProduceAsync(id, epoch, 0, NewProduce));
            (ErrorCode error, long nextId, short nextEpoch) = await EndAsync(id, epoch, isCommit: true, NewEnd);
            Assert.Equal((ErrorCode.None, id, expected), (error, nextId, nextEpoch));
            // The partition hears of the raised epoch by the marker.
            await UntilSettledAsync();
            Assert.Equal(ErrorCode.InvalidProducerEpoch, await ProduceAsync(id, epoch, 1, NewProduce));
            epoch = nextEpoch;
        }
    }

    [Theory]
    [InlineData(10, ErrorCode.InvalidTxnState)]
    [InlineData(11, ErrorCode.TransactionAbortable)]
    public async Task Produce_ToAPartitionThatWasNotAdded_IsRefused_InWordsThatTheProducerKnows(short version, ErrorCode error)
    {
        (long id, short epoch) = await InitAsync();
        Assert.Equal(error, await ProduceAsync(id, epoch, 0, version));
        Assert.Equal(0, (await FetchCommittedAsync()).HighWatermark);
    }

    [Fact]
    public async Task FencedProducer_IsTold_InWordsThatItKnows()
    {
        (long id, short epoch) = await InitAsync();
        await InitAsync();
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await AddAsync(id, epoch, 1));
        Assert.Equal(ErrorCode.ProducerFenced, await AddAsync(id, epoch, 2));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await EndAsync(id, epoch, true, 1)).Error);
        Assert.Equal(ErrorCode.ProducerFenced, (await EndAsync(id, epoch, true, 2)).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await ProduceAsync(id, epoch, 0, NewProduce));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await CommitOffsetAsync(id, epoch, 5));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await InitAsync(3, id, epoch)).Error);
        Assert.Equal(ErrorCode.ProducerFenced, (await InitAsync(4, id, epoch)).Error);
    }

    [Fact]
    public async Task Requests_ThatCannotBe_AreRefused()
    {
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await InitAsync(5, timeoutMs: 0)).Error);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await InitAsync(5, timeoutMs: 900_001)).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await InitAsync(5, transactionalId: "")).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await InitAsync(5, producerId: 7)).Error);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await AddAsync(7, 0, 3));
        (long id, short epoch) = await InitAsync();
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await AddAsync(id, epoch, 3, partition: 9));
        Assert.Equal(ErrorCode.InvalidTxnState, (await EndAsync(id, epoch, true, 4)).Error);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await ProduceAsync(id + 1_000_000, epoch, 0, NewProduce));
    }

    [Fact]
    public async Task Add_OfOnePartitionThatDoesNotExist_AddsNone()
    {
        (long id, short epoch) = await InitAsync();
        var request = new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = Id,
            V3AndBelowProducerId = id,
            V3AndBelowProducerEpoch = epoch,
            V3AndBelowTopics = [new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic { Name = TopicName, Partitions = [0, 9] }],
        };
        AddPartitionsToTxnResponse response = await Client.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(request, 3);
        Assert.Equal(
            [ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition],
            response.ResultsByTopicV3AndBelow.Single().ResultsByPartition.Select(partition => (ErrorCode)partition.PartitionErrorCode));
        Assert.Equal("Empty", (await DescribeAsync(Id)).TransactionState);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Offsets_AreCommittedWithTheTransaction(short version)
    {
        (long id, short epoch) = await InitAsync();
        string group = "group-of-" + TopicName;
        if (version < 5)
        {
            var add = new AddOffsetsToTxnRequest { TransactionalId = Id, ProducerId = id, ProducerEpoch = epoch, GroupId = group };
            Assert.Equal(0, (await Client.AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(add, 3)).ErrorCode);
        }
        Assert.Equal(ErrorCode.None, await CommitOffsetAsync(id, epoch, version, group));
        Assert.Equal((-1L, ErrorCode.UnstableOffsetCommit), await FetchOffsetAsync(group, requireStable: true));
        Assert.Equal((-1L, ErrorCode.None), await FetchOffsetAsync(group, requireStable: false));
        Assert.Equal(ErrorCode.None, (await EndAsync(id, epoch, isCommit: true, version)).Error);
        await UntilSettledAsync();
        Assert.Equal((42L, ErrorCode.None), await FetchOffsetAsync(group, requireStable: true));
    }

    [Fact]
    public async Task ListOffsets_Committed_EndsAtTheOpenTransaction()
    {
        (long id, short epoch) = await InitAsync();
        await ProduceAsync(id, epoch, 0, NewProduce);
        Assert.Equal(0, await EndOffsetAsync(isolation: 1));
        Assert.Equal(1, await EndOffsetAsync(isolation: 0));
    }

    [Fact]
    public async Task Admin_SeesWhatIsOpen_AndCanEndWhatHangs()
    {
        (long id, short epoch) = await InitAsync();
        await ProduceAsync(id, epoch, 0, NewProduce);
        StateOf state = await DescribeAsync(Id);
        Assert.Equal((0, "Ongoing", 60_000, id, epoch), (state.ErrorCode, state.TransactionState, state.TransactionTimeoutMs, state.ProducerId, state.ProducerEpoch));
        Assert.Equal([TopicName], state.Topics.Select(topic => topic.Topic));
        Assert.Equal((short)ErrorCode.TransactionalIdNotFound, (await DescribeAsync("nobody")).ErrorCode);
        Assert.Contains(Id, await ListAsync(new ListTransactionsRequest { StateFilters = ["Ongoing"], ProducerIdFilters = [id] }, 0));
        Assert.DoesNotContain(Id, await ListAsync(new ListTransactionsRequest { StateFilters = ["CompleteCommit"] }, 0));
        Assert.DoesNotContain(Id, await ListAsync(new ListTransactionsRequest { DurationFilter = 3_600_000 }, 1));
        Assert.Equal([Id], await ListAsync(new ListTransactionsRequest { TransactionalIdPattern = Id.Replace("id-", "id.", StringComparison.Ordinal) }, 2));
        ListTransactionsResponse unknown = await Client.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(new ListTransactionsRequest { StateFilters = ["Odd"] }, 2);
        Assert.Equal(["Odd"], unknown.UnknownStateFilters);
        ListTransactionsResponse illegal = await Client.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(new ListTransactionsRequest { TransactionalIdPattern = "(" }, 2);
        Assert.Equal((short)ErrorCode.InvalidRegularExpression, illegal.ErrorCode);

        DescribeProducersResponse.ProducerState producer = await DescribeProducerAsync(id);
        Assert.Equal(0, producer.CurrentTxnStartOffset);
        Assert.Equal(ErrorCode.None, await WriteMarkerAsync(id, epoch, producer.CoordinatorEpoch));
        Assert.Equal(2, (await FetchCommittedAsync()).LastStableOffset);
        Assert.Equal(-1, (await DescribeProducerAsync(id)).CurrentTxnStartOffset);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await WriteMarkerAsync(id, epoch, 0, partition: 7));
    }

    [Fact]
    public async Task ApiVersions_TellsOfTheNewerFlow()
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" };
        ApiVersionsResponse response = await Client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 3);
        Assert.Equal(2, response.FinalizedFeatures.Single(feature => feature.Name == "transaction.version").MaxVersionLevel);
        Assert.All(response.SupportedFeatures, feature => Assert.True(feature.MinVersion > 0));
    }

    private async Task<(long Id, short Epoch)> InitAsync()
    {
        (ErrorCode error, long id, short epoch) = await InitAsync(5);
        Assert.Equal(ErrorCode.None, error);
        return (id, epoch);
    }

    private async Task<(ErrorCode Error, long Id, short Epoch)> InitAsync(short version, long producerId = -1, short epoch = -1, int timeoutMs = 60_000, string? transactionalId = null)
    {
        var request = new InitProducerIdRequest { TransactionalId = transactionalId ?? Id, TransactionTimeoutMs = timeoutMs, ProducerId = producerId, ProducerEpoch = epoch };
        InitProducerIdResponse response = await Client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(request, version);
        return ((ErrorCode)response.ErrorCode, response.ProducerId, response.ProducerEpoch);
    }

    private async Task<ErrorCode> AddAsync(long id, short epoch, short version, int partition = 0)
    {
        var request = new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = Id,
            V3AndBelowProducerId = id,
            V3AndBelowProducerEpoch = epoch,
            V3AndBelowTopics = [new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic { Name = TopicName, Partitions = [partition] }],
        };
        AddPartitionsToTxnResponse response = await Client.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(request, version);
        return (ErrorCode)response.ResultsByTopicV3AndBelow.Single().ResultsByPartition.Single().PartitionErrorCode;
    }

    private async Task<ErrorCode> ProduceAsync(long id, short epoch, int sequence, short version)
    {
        using var builder = new RecordBatchBuilder { ProducerId = id, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = true };
        builder.Append(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), NullableBytes.Null, Encoding.UTF8.GetBytes("v"));
        using RecordData batch = builder.Build();
        ProduceRequest request = Requests.Produce(TopicName, batch.Bytes.ToArray());
        request.TransactionalId = Id;
        ProduceResponse response = await Client.AskAsync<ProduceRequest, ProduceResponse>(request, version);
        return (ErrorCode)response.Responses.Single().PartitionResponses.Single().ErrorCode;
    }

    private async Task<(ErrorCode Error, long Id, short Epoch)> EndAsync(long id, short epoch, bool isCommit, short version)
    {
        var request = new EndTxnRequest { TransactionalId = Id, ProducerId = id, ProducerEpoch = epoch, Committed = isCommit };
        EndTxnResponse response = await Client.AskAsync<EndTxnRequest, EndTxnResponse>(request, version);
        return ((ErrorCode)response.ErrorCode, response.ProducerId, response.ProducerEpoch);
    }

    private async Task<ErrorCode> CommitOffsetAsync(long id, short epoch, short version, string group = "g")
    {
        var request = new TxnOffsetCommitRequest
        {
            TransactionalId = Id,
            GroupId = group,
            ProducerId = id,
            ProducerEpoch = epoch,
            Topics =
            [
                new TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
                {
                    Name = TopicName,
                    Partitions = [new TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition { CommittedOffset = 42 }],
                },
            ],
        };
        TxnOffsetCommitResponse response = await Client.AskAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(request, version);
        return (ErrorCode)response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private async Task<(long Offset, ErrorCode Error)> FetchOffsetAsync(string group, bool requireStable)
    {
        var request = new OffsetFetchRequest
        {
            RequireStable = requireStable,
            Groups =
            [
                new OffsetFetchRequest.OffsetFetchRequestGroup
                {
                    GroupId = group,
                    Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = TopicName, PartitionIndexes = [0] }],
                },
            ],
        };
        OffsetFetchResponse response = await Client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, 8);
        OffsetFetchResponse.OffsetFetchResponsePartitions partition = response.Groups.Single().Topics.Single().Partitions.Single();
        return (partition.CommittedOffset, (ErrorCode)partition.ErrorCode);
    }

    private async Task<long> EndOffsetAsync(sbyte isolation)
    {
        var request = new ListOffsetsRequest
        {
            IsolationLevel = isolation,
            Topics =
            [
                new ListOffsetsRequest.ListOffsetsTopic { Name = TopicName, Partitions = [new ListOffsetsRequest.ListOffsetsPartition { Timestamp = -1 }] },
            ],
        };
        return (await Client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, 6)).Topics.Single().Partitions.Single().Offset;
    }

    private Task<FetchResponse.PartitionData> FetchCommittedAsync()
    {
        FetchRequest request = Requests.Fetch(TopicName, 0);
        request.IsolationLevel = 1;
        return Client.FetchAsync(request);
    }

    private async Task<StateOf> DescribeAsync(string transactionalId) =>
        (await Client.AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(new DescribeTransactionsRequest { TransactionalIds = [transactionalId] }, 0)).TransactionStates.Single();

    private async Task<IEnumerable<string>> ListAsync(ListTransactionsRequest request, short version) =>
        (await Client.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(request, version)).TransactionStates.Select(state => state.TransactionalId);

    private async Task<DescribeProducersResponse.ProducerState> DescribeProducerAsync(long id)
    {
        var request = new DescribeProducersRequest { Topics = [new DescribeProducersRequest.TopicRequest { Name = TopicName, PartitionIndexes = [0] }] };
        DescribeProducersResponse response = await Client.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(request, 0);
        return response.Topics.Single().Partitions.Single().ActiveProducers.Single(producer => producer.ProducerId == id);
    }

    private async Task<ErrorCode> WriteMarkerAsync(long id, short epoch, int coordinatorEpoch, int partition = 0)
    {
        var request = new WriteTxnMarkersRequest
        {
            Markers =
            [
                new WriteTxnMarkersRequest.WritableTxnMarker
                {
                    ProducerId = id,
                    ProducerEpoch = epoch,
                    CoordinatorEpoch = coordinatorEpoch,
                    Topics = [new WriteTxnMarkersRequest.WritableTxnMarkerTopic { Name = TopicName, PartitionIndexes = [partition] }],
                },
            ],
        };
        WriteTxnMarkersResponse response = await Client.AskAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(request, 1);
        return (ErrorCode)response.Markers.Single().Topics.Single().Partitions.Single().ErrorCode;
    }

    // A transaction is decided when it is answered; the partitions hear of it a moment later.
    private async Task UntilSettledAsync()
    {
        while ((await DescribeAsync(Id)).TransactionState.StartsWith("Prepare", StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }
}
