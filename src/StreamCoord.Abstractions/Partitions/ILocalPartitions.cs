using StreamCoord.Transactions;

namespace StreamCoord.Partitions;

/// <summary>
/// The partitions that this silo leads, reached without a grain call: for front ends of the same silo, which carry bytes. <see cref="IPartitionGrain"/> decides who leads,
/// and answers whoever is told null here.
/// </summary>
/// <remarks>Safe for concurrent use. Other than calls of a grain, appends of one caller to one partition are carried out in the order in which they were made.</remarks>
public interface ILocalPartitions : IReadablePartitions
{
    /// <summary>Who leads a partition, as this silo has heard; null when it has not, and the grain must be asked. For whoever is told null by the others.</summary>
    PartitionLeader? FindLeader(TopicPartition partition);

    /// <summary>Puts batches at the end of a log as <see cref="IPartitionGrain.Append"/> does; they have their place in the queue when it returns. Null when the grain must be asked.</summary>
    Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request);

    /// <summary>
    /// Makes sure that a batch's transaction knows of the partition (KIP-890), before the batch is appended: at most one call a transaction. <see cref="ErrorCode.NotLeaderOrFollower"/> when the partition is not led here.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="transactionalId">The producer's transactional id.</param>
    /// <param name="batch">The batch that is to be appended.</param>
    /// <param name="enters">True in the flow in which the partition is put into the transaction; else it must be in it.</param>
    ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters);
}
