namespace StreamCoord.Groups.Transactions;

/// <summary>What comes of a request about a transactional id.</summary>
/// <param name="Error">What to answer, once <paramref name="Next"/> is durable.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Next">What to write first; null when nothing changes.</param>
/// <param name="ProducerId">The identity to answer, or -1.</param>
/// <param name="ProducerEpoch">Its epoch, or -1.</param>
public readonly record struct TransactionStep(
    ErrorCode Error, string? Message, TransactionImage? Next, long ProducerId = TransactionImage.NoProducer, short ProducerEpoch = TransactionImage.NoEpoch)
{
    internal static TransactionStep Refuse(ErrorCode error, string message) => new(error, message, null);

    internal static TransactionStep Done(TransactionImage image) => new(ErrorCode.None, null, null, image.ProducerId, image.ProducerEpoch);

    internal static TransactionStep Write(TransactionImage next) => new(ErrorCode.None, null, next, next.ProducerId, next.ProducerEpoch);
}
