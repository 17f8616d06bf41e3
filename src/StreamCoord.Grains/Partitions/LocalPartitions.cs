using System.Collections.Concurrent;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Transactions;
using StreamCoord.Partitions;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Partitions;

/// <summary>The copies on this silo, by the names of their topics, for as long as they lead; and who leads the others. Grains add both when they are asked for.</summary>
internal sealed class LocalPartitions(IGrainFactory grains, Leaderships rows) : ILocalPartitions, ICopyProgress
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionReplica> _replicas = new();
    private readonly ConcurrentDictionary<string, TopicId> _topics = new();

    /// <summary>This silo has this copy of the partition, which is found while it leads.</summary>
    public void Add(TopicPartition partition, PartitionReplica replica) => _replicas[partition] = replica;

    /// <summary>A topic has this identity; null when there is none of that name.</summary>
    public void Learn(string topic, TopicId? topicId)
    {
        if (topicId is { } known)
        {
            _topics[topic] = known;
        }
        else
        {
            _topics.TryRemove(topic, out _);
        }
    }

    /// <inheritdoc/>
    public PartitionLeader? FindLeader(TopicPartition partition) =>
        _topics.TryGetValue(partition.Topic, out TopicId topicId) && rows.Find(topicId, partition.Partition) is { } row
            ? new PartitionLeader(row.LeaderNode ?? row.InSync.Members[0].Node, row.LeaderEpoch)
            : null;

    /// <inheritdoc/>
    public Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request)
    {
        // A log that needs a new epoch gets it from the grain; internal topics are written by the service alone, which asks the grain.
        return TopicName.IsInternal(partition.Topic) || Find(partition) is not { Log.NeedsEpoch: false } replica || replica.CheckAppend(request.Acks) is not null
            ? null
            : PartitionFailures.GuardAsync(partition, () => replica.Log.AppendAsync(request.Data, request.Acks, request.Term), AppendReply.Refused);
    }

    /// <inheritdoc/>
    public ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters) => Find(partition) is { } replica
        ? TransactionInquiry.AdmitAsync(replica.Log.Transactions, grains, transactionalId, batch, partition, enters)
        : new(new TransactionReply(ErrorCode.NotLeaderOrFollower, $"{partition} is not led here."));

    /// <inheritdoc/>
    public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation) => FindReadable(partition) is { } replica
        ? PartitionFailures.GuardAsync(partition, () => replica.Log.ReadAsync(from, maxBytes, isolation), PartitionFailures.RefuseFetch)
        : null;

    /// <inheritdoc/>
    public PartitionRange? TryGetRange(TopicPartition partition)
    {
        if (FindReadable(partition)?.Log is not { } log)
        {
            return null;
        }
        // In this order each is at most the next, though they rise meanwhile.
        (Offset start, Offset stable) = (log.StartOffset, log.LastStableOffset);
        return new PartitionRange(start, stable, log.HighWatermark, log.Epoch);
    }

    /// <inheritdoc/>
    public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken) =>
        FindReadable(partition)?.Log.WaitForRecordsAsync(above, isolation, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<CopyEnd> FindInSync(TopicPartition partition)
    {
        List<CopyEnd> found = [];
        if (Find(partition) is { Row.HasOneCopy: false } replica)
        {
            replica.UnderGate(leader => found.AddRange(leader.InSyncPeers.Select(peer => new CopyEnd(peer.Node, peer.AcknowledgedOffset))));
        }
        return found;
    }

    /// <inheritdoc/>
    public void SendReaders(TopicPartition partition, NodeId node) => Find(partition)?.UnderGate(leader => leader.ReadFrom(node));

    private PartitionReplica? Find(TopicPartition partition) => _replicas.TryGetValue(partition, out PartitionReplica? replica) && replica.IsLeading ? replica : null;

    private PartitionReplica? FindReadable(TopicPartition partition) => Find(partition) is { } replica && replica.CheckRead() is null ? replica : null;
}
