using System.Collections.Concurrent;
using StreamCoord.Grains.Transactions;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Partitions;

/// <summary>The logs that partition grains of this silo lead with. Grains add and remove them.</summary>
internal sealed class LocalPartitions(IGrainFactory grains) : ILocalPartitions
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
    public ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters)
    {
        if (!_logs.TryGetValue(partition, out PartitionLog? log))
        {
            return new(new TransactionReply(ErrorCode.NotLeaderOrFollower, $"{partition} is not led here."));
        }
        // What is no batch, or belongs to no producer, is refused when it is appended.
        return BatchHeader.TryRead(batch.Span, out BatchHeader header) && header is { IsTransactional: true, HasProducer: true }
            ? TransactionInquiry.AdmitAsync(log.Transactions, grains, new TransactionalWriter(transactionalId, header.ProducerId, header.ProducerEpoch, enters), partition)
            : new(TransactionReply.Done);
    }

    /// <inheritdoc/>
    public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation) => _logs.TryGetValue(partition, out PartitionLog? log)
        ? PartitionFailures.GuardAsync(partition, () => log.ReadAsync(from, maxBytes, isolation), PartitionFailures.RefuseFetch)
        : null;

    /// <inheritdoc/>
    public PartitionRange? TryGetRange(TopicPartition partition)
    {
        if (!_logs.TryGetValue(partition, out PartitionLog? log))
        {
            return null;
        }
        // In this order each is at most the next, though they rise meanwhile.
        (Offset start, Offset stable) = (log.StartOffset, log.LastStableOffset);
        return new PartitionRange(start, stable, log.HighWatermark, log.Epoch);
    }

    /// <inheritdoc/>
    public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken) =>
        _logs.TryGetValue(partition, out PartitionLog? log) ? log.WaitForRecordsAsync(above, isolation, cancellationToken) : null;

    // A log that needs a new epoch gets it from the grain; internal topics are written by the service alone, which asks the grain.
    private PartitionLog? Find(TopicPartition partition) =>
        !TopicName.IsInternal(partition.Topic) && _logs.TryGetValue(partition, out PartitionLog? log) && !log.NeedsEpoch ? log : null;
}
