using StreamCoord.Log.Producers;
using StreamCoord.Records;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>Asks a transaction's coordinator before the first write of a transaction in a partition (KIP-890). Stateless.</summary>
internal static class TransactionInquiry
{
    private const int AttemptsMax = 3;

    /// <summary>Makes sure that the partition belongs to the transaction of a batch. What is no batch, or belongs to no producer, is refused when it is appended.</summary>
    /// <param name="admission">What the partition knows.</param>
    /// <param name="grains">Where the coordinator is.</param>
    /// <param name="transactionalId">The producer's transactional id.</param>
    /// <param name="batch">The batch that is to be appended.</param>
    /// <param name="partition">Where.</param>
    /// <param name="enters">True where the partition is put into the transaction; else it must be in it.</param>
    public static ValueTask<TransactionReply> AdmitAsync(
        TransactionAdmission admission, IGrainFactory grains, string transactionalId, ReadOnlyMemory<byte> batch, TopicPartition partition, bool enters) =>
        BatchHeader.TryRead(batch.Span, out BatchHeader header) && header is { IsTransactional: true, HasProducer: true }
            ? AdmitAsync(admission, grains, new TransactionalWriter(transactionalId, header.ProducerId, header.ProducerEpoch, enters), partition)
            : new(TransactionReply.Done);

    /// <summary>Makes sure that the partition belongs to the writer's transaction, asking at most once a transaction.</summary>
    /// <param name="admission">What the partition knows.</param>
    /// <param name="grains">Where the coordinator is.</param>
    /// <param name="writer">Who wants to write.</param>
    /// <param name="partition">Where.</param>
    public static async ValueTask<TransactionReply> AdmitAsync(TransactionAdmission admission, IGrainFactory grains, TransactionalWriter writer, TopicPartition partition)
    {
        for (int attempt = 1; !admission.IsKnown(writer.ProducerId, writer.ProducerEpoch); attempt++)
        {
            TransactionReply? reply = await TryAdmitAsync(admission, grains, writer, partition);
            if (reply is not null)
            {
                return reply;
            }
            if (attempt == AttemptsMax)
            {
                return new TransactionReply(ErrorCode.ConcurrentTransactions, "The producer's transaction before is still being finished. Send it again.");
            }
        }
        return TransactionReply.Done;
    }

    // Null when a marker was written meanwhile, which is mostly that of the transaction before: the answer may have been about that one.
    private static async ValueTask<TransactionReply?> TryAdmitAsync(TransactionAdmission admission, IGrainFactory grains, TransactionalWriter writer, TopicPartition partition)
    {
        TransactionAdmission.Inquiry inquiry = admission.Begin(writer.ProducerId, writer.ProducerEpoch);
        bool isAdmitted = false;
        try
        {
            TransactionReply reply = await grains.GetGrain<ITransactionGrain>(writer.TransactionalId).Enter(
                new EnterTransactionRequest(writer.ProducerId, writer.ProducerEpoch, [partition], writer.Enters ? EnterMode.AddByLeader : EnterMode.Verify));
            isAdmitted = reply.Error == ErrorCode.None && admission.TryAdmit(inquiry);
            return isAdmitted || reply.Error != ErrorCode.None ? reply : null;
        }
        finally
        {
            if (!isAdmitted)
            {
                admission.Drop(inquiry);
            }
        }
    }
}
