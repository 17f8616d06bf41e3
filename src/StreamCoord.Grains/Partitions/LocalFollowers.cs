using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Partitions;

/// <inheritdoc cref="ILocalFollowers"/>
internal sealed class LocalFollowers(ReplicaRegistry replicas, InternalTopics internalTopics, ITopicNames names) : ILocalFollowers
{
    /// <inheritdoc/>
    public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation) => Find(partition) is { } replica
        ? PartitionFailures.GuardAsync(partition, () => ReadAsync(replica, from, maxBytes, isolation), PartitionFailures.RefuseFetch)
        : null;

    /// <inheritdoc/>
    public PartitionRange? TryGetRange(TopicPartition partition)
    {
        if (Find(partition) is not { } replica)
        {
            return null;
        }
        // In this order each is at most the next, though they rise meanwhile.
        (Offset start, Offset stable) = (replica.Log.StartOffset, replica.Log.LastStableOffset);
        return new PartitionRange(start, stable, replica.Log.HighWatermark, replica.Row.LeaderEpoch);
    }

    /// <inheritdoc/>
    public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken) =>
        Find(partition)?.Log.WaitForRecordsAsync(above, isolation, cancellationToken);

    /// <summary>Reads a copy that follows.</summary>
    internal static async Task<FetchReply> ReadAsync(PartitionReplica replica, Offset from, int maxBytes, IsolationLevel isolation)
    {
        PartitionLog log = replica.Log;
        if (!replica.CommittedKnown.IsCompleted)
        {
            return Ahead(log, from, log.HighWatermark, log.StartOffset);
        }
        FetchReply reply = await log.ReadAsync(from, maxBytes, isolation);
        // Looked at afterwards: the log may have grown meanwhile. What is not here at all may be nowhere, which the leader knows.
        return reply.Error == ErrorCode.OffsetOutOfRange && from > reply.HighWatermark && from <= log.EndOffset ? Ahead(log, from, reply.HighWatermark, reply.LogStartOffset) : reply;
    }

    private static FetchReply Ahead(PartitionLog log, Offset from, Offset highWatermark, Offset start) => new(
        ErrorCode.OffsetNotAvailable, $"Offset {from} is not known here to be committed, only offsets below {highWatermark} are. Try again, or ask the leader.", RecordData.Empty, highWatermark, start, Offset.None)
    { LastStableOffset = Offset.Min(log.LastStableOffset, highWatermark) };

    // A copy that is to lead here is about to.
    private PartitionReplica? Find(TopicPartition partition) =>
        (internalTopics.Find(partition.Topic)?.TopicId ?? names.FindId(partition.Topic)) is { } topicId
            && replicas.TryFind(topicId, partition.Partition) is { MayLead: false, IsRemoved: false, Row.HasOneCopy: false } replica ? replica : null;
}
