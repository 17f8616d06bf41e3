namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Errors of transactions in the words that a client of a version knows.</summary>
internal static class TransactionErrors
{
    /// <summary>PRODUCER_FENCED came with Kafka 2.7; before, a fenced producer was told that its epoch is not valid.</summary>
    public static ErrorCode Of(ErrorCode error, bool knowsFenced) => error == ErrorCode.ProducerFenced && !knowsFenced ? ErrorCode.InvalidProducerEpoch : error;
}
