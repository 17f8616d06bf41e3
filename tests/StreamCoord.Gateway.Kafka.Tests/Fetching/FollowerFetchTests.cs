using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Partitions;
using StreamCoord.Transactions;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.FetchResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Tests.Fetching;

/// <summary>Consumers that read from a copy that follows, and leaders that send them there (KIP-392).</summary>
public sealed class FollowerFetchTests
{
    private static readonly ClusterIdentity Self = new("c", new NodeId(1), default);
    private static readonly FetchClient Consumer = new(new FullAccess(), long.MaxValue, ReadsFollowers: true, "");

    [Fact]
    public async Task Consumer_IsAnswered_ByACopyThatFollows_UpToWhatItKnowsToBeCommitted()
    {
        FakeFollowers copy = FakeFollowers.Empty();
        copy.Commit(3);

        PartitionAnswer answer = await FetchAsync(copy.ReaderOf(new LedByNobody()), Consumer, Requests.Fetch("t", 2));

        Assert.Equal((ErrorCode.None, 3, 10, -1), ((ErrorCode)answer.ErrorCode, answer.HighWatermark, answer.Records!.Value.Length, answer.PreferredReadReplica));
        Assert.Equal(IsolationLevel.ReadUncommitted, copy.Reads.Single().Isolation);
    }

    [Fact]
    public async Task WhoeverMayNotReadFromFollowers_IsSentToTheLeader()
    {
        FakeFollowers copy = FakeFollowers.Empty();

        PartitionAnswer answer = await FetchAsync(copy.ReaderOf(new LedByNobody()), Consumer with { ReadsFollowers = false }, Requests.Fetch("t", 0, maxWaitMs: 60_000));

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)answer.ErrorCode);
        Assert.Empty(copy.Reads);
    }

    [Fact]
    public async Task SiloWithoutACopy_SaysSo()
    {
        PartitionAnswer answer = await FetchAsync(FakeFollowers.None.ReaderOf(new LedByNobody()), Consumer, Requests.Fetch("t", 0, maxWaitMs: 60_000));

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)answer.ErrorCode);
    }

    [Theory]
    [InlineData(4, ErrorCode.FencedLeaderEpoch)]
    [InlineData(5, ErrorCode.None)]
    [InlineData(6, ErrorCode.UnknownLeaderEpoch)]
    public async Task EpochOfTheClient_IsComparedWithTheNewestThatIsKnown(int epoch, ErrorCode expected)
    {
        FetchRequest request = Requests.Fetch("t", 0);
        FetchRequest.FetchPartition wanted = request.Topics[0].Partitions[0];
        wanted.CurrentLeaderEpoch = epoch;

        Assert.Equal(expected, (ErrorCode)(await FetchAsync(FakeFollowers.Empty().ReaderOf(new LedByNobody()), Consumer, request)).ErrorCode);
    }

    [Fact]
    public async Task FetchThatWaits_IsAnswered_WhenTheFollowerHearsOfMore()
    {
        FakeFollowers copy = FakeFollowers.Empty();
        copy.End = new Offset(2);
        Task<PartitionAnswer> ahead = FetchAsync(copy.ReaderOf(new LedByNobody()), Consumer, Requests.Fetch("t", 1, maxWaitMs: 60_000));
        await copy.Waited.Task;
        Assert.False(ahead.IsCompleted);

        copy.Commit(2);

        PartitionAnswer answer = await ahead;
        Assert.Equal((ErrorCode.None, 10), ((ErrorCode)answer.ErrorCode, answer.Records!.Value.Length));
    }

    [Fact]
    public async Task OffsetAboveWhatTheFollowerKnows_IsNotAvailable_AndOneThatItDoesNotHave_IsOutOfRange()
    {
        FakeFollowers copy = FakeFollowers.Empty();
        copy.End = new Offset(2);
        FetchReader reader = copy.ReaderOf(new LedByNobody());

        Assert.Equal(ErrorCode.OffsetNotAvailable, (ErrorCode)(await FetchAsync(reader, Consumer, Requests.Fetch("t", 2, maxWaitMs: 20))).ErrorCode);
        Assert.Equal(ErrorCode.OffsetOutOfRange, (ErrorCode)(await FetchAsync(reader, Consumer, Requests.Fetch("t", 3, maxWaitMs: 60_000))).ErrorCode);
    }

    [Fact]
    public async Task FetchThatWaits_IsAnswered_WhenTheCopyGoes()
    {
        FakeFollowers copy = FakeFollowers.Empty();
        Task<PartitionAnswer> fetch = FetchAsync(copy.ReaderOf(new LedByNobody()), Consumer, Requests.Fetch("t", 0, maxWaitMs: 60_000));
        await copy.Waited.Task;

        copy.Exists = false;
        copy.Commit(0);

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)(await fetch).ErrorCode);
    }

    [Fact]
    public async Task Leader_SendsAConsumerToItsRack_AtOnceAndWithoutRecords()
    {
        var partitions = new LedHere();
        FetchReader reader = ReaderOf(partitions, ReplicaSelector.RackAware, (1, "a"), (2, "b"), (3, "b"), (4, "c"));

        PartitionAnswer sent = await FetchAsync(reader, Consumer with { Rack = "b" }, Requests.Fetch("t", 4, maxWaitMs: 60_000));

        Assert.Equal((ErrorCode.None, 3, 9, 0), ((ErrorCode)sent.ErrorCode, sent.PreferredReadReplica, sent.HighWatermark, sent.Records!.Value.Length));
        Assert.Equal((0, new NodeId(3)), (partitions.Reads, partitions.SentTo));
        // Only one of them is known to have that.
        Assert.Equal(3, (await FetchAsync(reader, Consumer with { Rack = "b" }, Requests.Fetch("t", 8))).PreferredReadReplica);
    }

    [Theory]
    [InlineData("", 4, "no rack")]
    [InlineData("a", 4, "the leader's own")]
    [InlineData("c", 4, "a broker that has no copy in sync")]
    [InlineData("d", 4, "nobody's")]
    [InlineData("b", 9, "more than those on it are known to have")]
    [InlineData("b", 1, "less than the leader has")]
    public async Task Leader_AnswersItself_WhereNobodyElseIsBetter(string rack, long from, string why)
    {
        var partitions = new LedHere();

        PartitionAnswer answer = await FetchAsync(ReaderOf(partitions, ReplicaSelector.RackAware, (1, "a"), (2, "b"), (3, "b"), (4, "c")), Consumer with { Rack = rack }, Requests.Fetch("t", from));

        Assert.True(answer.PreferredReadReplica == -1 && partitions.Reads == 1, why);
    }

    [Fact]
    public async Task Leader_AnswersItself_WhereRacksAreNotLookedAt_OrTheBrokerIsGone()
    {
        var partitions = new LedHere();

        Assert.Equal(-1, (await FetchAsync(ReaderOf(partitions, ReplicaSelector.None, (1, "a"), (3, "b")), Consumer with { Rack = "b" }, Requests.Fetch("t", 4))).PreferredReadReplica);
        Assert.Equal(-1, (await FetchAsync(ReaderOf(partitions, ReplicaSelector.RackAware, (1, "a")), Consumer with { Rack = "b" }, Requests.Fetch("t", 4))).PreferredReadReplica);
        Assert.Equal(2, partitions.Reads);
    }

    [Theory]
    [InlineData(10, -1, -1, false)]
    [InlineData(11, -1, -1, true)]
    [InlineData(11, 2, -1, false)]
    [InlineData(16, -1, -1, true)]
    [InlineData(16, -1, 2, false)]
    public void ReadsFollowers_WhoeverIsAConsumerAndKnowsOfThem(short version, int replicaId, int replicaState, bool expected)
    {
        FetchRequest request = Requests.Fetch("t", 0);
        (request.ReplicaId, request.ReplicaState, request.RackId) = (replicaId, new() { ReplicaId = replicaState }, "b");

        FetchClient client = FetchClient.Of(request, version, new FullAccess(), 1_000);

        Assert.Equal((expected, expected ? "b" : ""), (client.ReadsFollowers, client.Rack));
    }

    private static FetchReader ReaderOf(LedHere partitions, ReplicaSelector selector, params (int, string?)[] brokers)
    {
        var options = new KafkaGatewayOptions { ReplicaSelector = selector };
        return FakeFollowers.None.ReaderOf(partitions, options, new PreferredReplicas(partitions, new FakeBrokers(brokers), Self, options));
    }

    private static async Task<PartitionAnswer> FetchAsync(FetchReader reader, FetchClient client, FetchRequest request)
    {
        using FetchRound round = await reader.ReadAsync(request, [new("t", Guid.Empty, request.Topics[0].Partitions[0])], client, TestContext.Current.CancellationToken);
        return round.Answers.Single().Answer;
    }

    /// <summary>A partition that another leads.</summary>
    private class LedByNobody : ILocalPartitions
    {
        public PartitionLeader? FindLeader(TopicPartition partition) => new PartitionLeader(new NodeId(2), new LeaderEpoch(5));

        public Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request) => null;

        public ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters) => new(TransactionReply.Done);

        public virtual Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation) => null;

        public virtual PartitionRange? TryGetRange(TopicPartition partition) => null;

        public virtual Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken) => null;
    }

    /// <summary>A partition that node 1 leads, with offsets 2 up to 9, of which node 2 has acknowledged 7 and node 3 has 8.</summary>
    private sealed class LedHere : LedByNobody, ICopyProgress
    {
        public int Reads { get; private set; }

        public NodeId? SentTo { get; private set; }

        public override Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation)
        {
            Reads++;
            return Task.FromResult(new FetchReply(ErrorCode.None, null, RecordData.Empty, new Offset(9), new Offset(2), Offset.None));
        }

        public override PartitionRange? TryGetRange(TopicPartition partition) => new(new Offset(2), new Offset(9), new Offset(9), new LeaderEpoch(5));

        public void SendReaders(TopicPartition partition, NodeId node) => SentTo = node;

        public IReadOnlyList<CopyEnd> FindInSync(TopicPartition partition) => [new(new NodeId(2), new Offset(7)), new(new NodeId(3), new Offset(8))];
    }
}
