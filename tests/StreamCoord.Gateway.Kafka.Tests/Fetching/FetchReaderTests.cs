using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Partitions;
using StreamCoord.Transactions;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;

namespace StreamCoord.Gateway.Kafka.Tests.Fetching;

/// <summary>Fetches of a partition whose leadership goes.</summary>
public sealed class FetchReaderTests
{
    private static readonly ClusterIdentity Self = new("c", new NodeId(1), default);

    [Fact]
    public async Task FetchThatWaits_IsAnswered_WhenLeadershipGoes()
    {
        var partitions = new LosablePartition();
        FetchReader reader = FakeFollowers.None.ReaderOf(partitions);
        FetchRequest request = Requests.Fetch("t", 0, maxWaitMs: int.MaxValue);
        FetchTarget[] targets = [new("t", Guid.Empty, request.Topics[0].Partitions[0])];
        Task<FetchRound> fetch = reader.ReadAsync(request, targets, new FetchClient(new FullAccess(), long.MaxValue, ReadsFollowers: true, ""), TestContext.Current.CancellationToken);
        await partitions.IsWaitedFor;

        partitions.Lose();

        using FetchRound round = await fetch;
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)round.Answers.Single().Answer.ErrorCode);
    }

    [Fact]
    public void Hint_NamesAnotherBrokerThatLives()
    {
        var partitions = new LosablePartition();
        Assert.Null(new LeaderHints(partitions, new FakeBrokers(1, 2), Self).Find(new TopicPartition("t", 0)));
        partitions.Lose();

        LeaderHint? hint = new LeaderHints(partitions, new FakeBrokers(1, 2), Self).Find(new TopicPartition("t", 0));

        Assert.Equal(("host2", 5), (hint?.Broker.Host, hint?.Epoch.Value));
        Assert.Null(new LeaderHints(partitions, new FakeBrokers(1, 3), Self).Find(new TopicPartition("t", 0)));
    }

    /// <summary>An empty partition that node 1 leads until it loses it to node 2.</summary>
    private sealed class LosablePartition : ILocalPartitions
    {
        private readonly TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _waited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsWaitedFor => _waited.Task;

        private bool IsLost => _moved.Task.IsCompleted;

        public void Lose() => _moved.SetResult();

        public PartitionLeader? FindLeader(TopicPartition partition) => IsLost ? new PartitionLeader(new NodeId(2), new LeaderEpoch(5)) : new PartitionLeader(new NodeId(1), new LeaderEpoch(4));

        public Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request) => null;

        public ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters) => new(TransactionReply.Done);

        public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation) =>
            IsLost ? null : Task.FromResult(new FetchReply(ErrorCode.None, null, RecordData.Empty, Offset.Zero, Offset.Zero, Offset.None));

        public PartitionRange? TryGetRange(TopicPartition partition) => IsLost ? null : new(Offset.Zero, Offset.Zero, Offset.Zero, new LeaderEpoch(4));

        public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken)
        {
            _waited.TrySetResult();
            return IsLost ? null : _moved.Task;
        }
    }
}
