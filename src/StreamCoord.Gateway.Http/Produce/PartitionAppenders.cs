using System.Collections.Concurrent;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>The appenders of the partitions that clients are producing to right now. Safe for concurrent use.</summary>
internal sealed class PartitionAppenders(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionAppender> _appenders = new();
    private uint _placedCount;

    /// <summary>Puts a record on its way. Records of one caller to one partition keep their order.</summary>
    public Task<ProduceOutcome> AppendAsync(TopicPartition partition, PendingRecord record)
    {
        while (true)
        {
            PartitionAppender appender = _appenders.GetOrAdd(partition, Create);
            if (appender.TryTake(record))
            {
                return record.Outcome;
            }
            // It retired in between.
            Remove(partition, appender);
        }
    }

    /// <summary>The partition for a record that belongs to none: one after another.</summary>
    public int NextPartition(int partitionCount) => (int)((Interlocked.Increment(ref _placedCount) - 1) % (uint)partitionCount);

    private PartitionAppender Create(TopicPartition partition) => new(
        partition.Partition,
        Resources.TopicLookup.Leader(grains, partition.Topic, partition.Partition),
        retired => Remove(partition, retired));

    private void Remove(TopicPartition partition, PartitionAppender retired) => _appenders.TryRemove(KeyValuePair.Create(partition, retired));
}
