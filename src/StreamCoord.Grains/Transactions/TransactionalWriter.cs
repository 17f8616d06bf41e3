namespace StreamCoord.Grains.Transactions;

/// <summary>Who wants to write in a transaction.</summary>
/// <param name="TransactionalId">The transactional id.</param>
/// <param name="ProducerId">Its producer.</param>
/// <param name="ProducerEpoch">The producer's epoch.</param>
/// <param name="Enters">True in the flow of KIP-890, in which the partition is put into the transaction; else it must be in it.</param>
internal readonly record struct TransactionalWriter(string TransactionalId, long ProducerId, short ProducerEpoch, bool Enters);
