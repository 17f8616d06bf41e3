namespace StreamCoord.Partitions;

/// <summary>Partitions that can be read on this silo without a grain call: for front ends of the same silo, which carry bytes. Safe for concurrent use.</summary>
public interface IReadablePartitions
{
    /// <summary>Reads what is there, as <see cref="IPartitionGrain.Fetch"/> does without a wait. Null when it is not to be read here.</summary>
    Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation);

    /// <summary>Where the partition begins and ends. Null when it is not to be read here.</summary>
    PartitionRange? TryGetRange(TopicPartition partition);

    /// <summary>Ends when there may be something to read above an offset, or when the partition is not to be read here any more. Null when it is not.</summary>
    Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken);
}
