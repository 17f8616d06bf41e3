using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>A copy of any partition that follows a leader elsewhere, without records: it starts at 0, and the test says how far it is committed.</summary>
internal sealed class FakeFollowers : ILocalFollowers
{
    private static readonly ClusterIdentity Self = new("c", new NodeId(1), default);

    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _committed;

    private FakeFollowers(bool exists) => Exists = exists;

    /// <summary>A silo that follows nobody.</summary>
    public static FakeFollowers None { get; } = new(exists: false);

    /// <summary>Whether there is a copy.</summary>
    public bool Exists { get; set; }

    /// <summary>The end of what it has, committed or not.</summary>
    public Offset End { get; set; } = Offset.Zero;

    /// <summary>What it was read from.</summary>
    public List<(Offset From, IsolationLevel Isolation)> Reads { get; } = [];

    /// <summary>Ends when somebody waits.</summary>
    public TaskCompletionSource Waited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A copy that is empty.</summary>
    public static FakeFollowers Empty() => new(exists: true);

    /// <summary>It hears that more is committed.</summary>
    public void Commit(long offset)
    {
        Interlocked.Exchange(ref _committed, offset);
        Interlocked.Exchange(ref _moved, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>What fetches read by, on node 1, where the others say who leads.</summary>
    public FetchReader ReaderOf(ILocalPartitions locals, KafkaGatewayOptions? options = null, PreferredReplicas? preferred = null)
    {
        KafkaGatewayOptions used = options ?? new KafkaGatewayOptions();
        return new FetchReader(locals, this, new PartitionLeaders(locals, this, null!, Self), preferred ?? new PreferredReplicas(null!, null!, Self, used), used, new ZNodeOptions(), TimeProvider.System);
    }

    public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation)
    {
        if (TryGetRange(partition) is not { } range)
        {
            return null;
        }
        Reads.Add((from, isolation));
        ErrorCode error = from <= range.HighWatermark ? ErrorCode.None : from <= End ? ErrorCode.OffsetNotAvailable : ErrorCode.OffsetOutOfRange;
        return Task.FromResult(new FetchReply(error, null, from < range.HighWatermark ? new RecordData(new byte[10]) : RecordData.Empty, range.HighWatermark, Offset.Zero, Offset.None));
    }

    public PartitionRange? TryGetRange(TopicPartition partition) => Exists ? new(Offset.Zero, new Offset(Interlocked.Read(ref _committed)), new Offset(Interlocked.Read(ref _committed)), new LeaderEpoch(5)) : null;

    public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        Task moved = _moved.Task;
        Waited.TrySetResult();
        return TryGetRange(partition) is not { } range ? null : range.HighWatermark > above ? Task.CompletedTask : moved.WaitAsync(cancellationToken);
    }
}
