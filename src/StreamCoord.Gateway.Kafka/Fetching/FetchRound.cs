using StreamCoord.Partitions;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.FetchResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>What one pass over the partitions of a fetch has found. Owns the data until it is disposed. For one caller at a time.</summary>
/// <param name="bytesMax">How much the response may hold; its first batch may be larger (KIP-74).</param>
/// <param name="isolation">What the client wants to see of transactions.</param>
internal sealed class FetchRound(int bytesMax, IsolationLevel isolation) : IDisposable
{
    /// <summary>The answers, in the order of the plan.</summary>
    public List<(FetchTarget Target, PartitionAnswer Answer)> Answers { get; } = [];

    /// <summary>What the client wants to see of transactions.</summary>
    public IsolationLevel Isolation => isolation;

    /// <summary>Where what the client may see of the partitions ended.</summary>
    public List<(TopicPartition Partition, Offset End)> Ends { get; } = [];

    /// <summary>The memory that the answers refer to.</summary>
    public List<IDisposable> Owned { get; } = [];

    /// <summary>How much was found. Bytes.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Whether the answer must not wait: a partition could not be read, or is to be read elsewhere.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>How much the next partition may give; 0 when the response is full.</summary>
    public int Allow(int partitionBytesMax) => SizeBytes == 0 ? Math.Max(1, Math.Min(partitionBytesMax, bytesMax)) : (int)Math.Min(partitionBytesMax, Math.Max(0, bytesMax - SizeBytes));

    /// <summary>Takes what a partition has given.</summary>
    public void Take(FetchTarget target, FetchReply reply)
    {
        // A copy that follows hears in a moment of what the client wants of it.
        bool isReadable = reply.Error == ErrorCode.None || (reply.Error == ErrorCode.OffsetNotAvailable && reply.HighWatermark != Offset.None);
        IsUrgent |= !isReadable;
        SizeBytes += reply.Data.Bytes.Length;
        Owned.Add(reply.Data);
        if (isReadable)
        {
            Ends.Add((target.Partition, isolation == IsolationLevel.ReadCommitted ? reply.LastStableOffset : reply.HighWatermark));
        }
        Answers.Add((target, new PartitionAnswer
        {
            PartitionIndex = target.Wanted.Partition,
            ErrorCode = (short)reply.Error,
            HighWatermark = reply.HighWatermark.Value,
            LastStableOffset = reply.LastStableOffset.Value,
            LogStartOffset = reply.LogStartOffset.Value,
            AbortedTransactions = isolation == IsolationLevel.ReadUncommitted
                ? null
                : [.. reply.Aborted.Select(aborted => new Protocol.Kafka.Messages.FetchResponse.AbortedTransaction { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset.Value })],
            Records = reply.Data.Bytes,
        }));
    }

    /// <summary>Sends the client elsewhere for a partition; it is given no records.</summary>
    /// <param name="target">The partition.</param>
    /// <param name="node">Where to.</param>
    /// <param name="range">Where it begins and ends.</param>
    public void Refer(FetchTarget target, NodeId node, PartitionRange range)
    {
        IsUrgent = true;
        Answers.Add((target, new PartitionAnswer
        {
            PartitionIndex = target.Wanted.Partition,
            HighWatermark = range.HighWatermark.Value,
            LastStableOffset = range.LastStable.Value,
            LogStartOffset = range.LogStart.Value,
            PreferredReadReplica = node.Value,
            Records = ReadOnlyMemory<byte>.Empty,
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable one in Owned)
        {
            one.Dispose();
        }
    }
}
