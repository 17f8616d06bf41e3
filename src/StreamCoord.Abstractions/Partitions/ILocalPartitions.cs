namespace StreamCoord.Partitions;

/// <summary>
/// The partitions that this silo leads, reached without a grain call: for front ends of the same silo, which carry bytes. <see cref="IPartitionGrain"/> decides who leads,
/// and answers whoever is told null here.
/// </summary>
/// <remarks>Safe for concurrent use. Other than calls of a grain, appends of one caller to one partition are carried out in the order in which they were made.</remarks>
public interface ILocalPartitions
{
    /// <summary>Puts batches at the end of a log as <see cref="IPartitionGrain.Append"/> does; they have their place in the queue when it returns. Null when the grain must be asked.</summary>
    Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request);

    /// <summary>Reads what is there, as <see cref="IPartitionGrain.Fetch"/> does without a wait. Null when the grain must be asked.</summary>
    Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes);

    /// <summary>The log start offset and the high watermark. Null when the grain must be asked.</summary>
    (Offset LogStart, Offset HighWatermark)? TryGetRange(TopicPartition partition);

    /// <summary>Ends when the high watermark lies above an offset, or when the partition is not led here any more. Null when it is not led here.</summary>
    Task? TryWait(TopicPartition partition, Offset above, CancellationToken cancellationToken);
}
