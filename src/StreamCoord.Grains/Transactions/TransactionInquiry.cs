using StreamCoord.Log.Producers;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>Asks a transaction's coordinator before the first write of a transaction in a partition (KIP-890). Stateless.</summary>
internal static class TransactionInquiry
{
    /// <summary>Makes sure that the partition belongs to the writer's transaction, asking at most once a transaction.</summary>
    /// <param name="admission">What the partition knows.</param>
    /// <param name="grains">Where the coordinator is.</param>
    /// <param name="writer">Who wants to write.</param>
    /// <param name="partition">Where.</param>
    public static async ValueTask<TransactionReply> AdmitAsync(TransactionAdmission admission, IGrainFactory grains, TransactionalWriter writer, TopicPartition partition)
    {
        if (admission.IsKnown(writer.ProducerId, writer.ProducerEpoch))
        {
            return TransactionReply.Done;
        }
        TransactionAdmission.Inquiry inquiry = admission.Begin(writer.ProducerId, writer.ProducerEpoch);
        bool isAdmitted = false;
        try
        {
            TransactionReply reply = await grains.GetGrain<ITransactionGrain>(writer.TransactionalId).Enter(
                new EnterTransactionRequest(writer.ProducerId, writer.ProducerEpoch, [partition], writer.Enters ? EnterMode.AddByLeader : EnterMode.Verify));
            isAdmitted = reply.Error == ErrorCode.None && admission.TryAdmit(inquiry);
            return isAdmitted || reply.Error != ErrorCode.None
                ? reply
                : new TransactionReply(ErrorCode.InvalidTxnState, "The producer's transaction has just ended.");
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
