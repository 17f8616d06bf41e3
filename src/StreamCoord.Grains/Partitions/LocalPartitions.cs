using System.Collections.Concurrent;
using StreamCoord.Log;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Partitions;

/// <summary>The logs that partition grains of this silo lead with. Grains add and remove them.</summary>
internal sealed class LocalPartitions : ILocalPartitions
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _logs = new();

    /// <summary>The partition is led here, with this log.</summary>
    public void Add(TopicPartition partition, PartitionLog log) => _logs[partition] = log;

    /// <summary>The partition is not led here with this log any more.</summary>
    public void Remove(TopicPartition partition, PartitionLog log) => _logs.TryRemove(KeyValuePair.Create(partition, log));

    /// <inheritdoc/>
    public Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request)
    {
        return Find(partition) is not { } log || (request.Acks == RequiredAcks.All && log.Config.MinInsyncReplicas > 1)
            ? null
            : PartitionFailures.GuardAsync(partition, () => log.AppendAsync(request.Data, request.Acks, request.Term), AppendReply.Refused);
    }

    /// <inheritdoc/>
    public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes) =>
        _logs.TryGetValue(partition, out PartitionLog? log) ? PartitionFailures.GuardAsync(partition, () => log.ReadAsync(from, maxBytes), PartitionFailures.RefuseFetch) : null;

    /// <inheritdoc/>
    public (Offset LogStart, Offset HighWatermark)? TryGetRange(TopicPartition partition) =>
        _logs.TryGetValue(partition, out PartitionLog? log) ? (log.StartOffset, log.HighWatermark) : null;

    /// <inheritdoc/>
    public Task? TryWait(TopicPartition partition, Offset above, CancellationToken cancellationToken) =>
        _logs.TryGetValue(partition, out PartitionLog? log) ? log.WaitForRecordsAsync(above, cancellationToken) : null;

    // A log that needs a new epoch gets it from the grain; internal topics are written by the service alone, which asks the grain.
    private PartitionLog? Find(TopicPartition partition) =>
        !TopicName.IsInternal(partition.Topic) && _logs.TryGetValue(partition, out PartitionLog? log) && !log.NeedsEpoch ? log : null;
}
