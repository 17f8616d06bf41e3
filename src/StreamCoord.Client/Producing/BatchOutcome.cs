namespace StreamCoord.Client.Producing;

/// <summary>What came of a batch. Immutable.</summary>
/// <param name="BaseOffset">The offset of its first record, or <see cref="Offset.None"/>.</param>
/// <param name="LogAppendTimeMs">The leader's time where the topic asks for that, else -1. Milliseconds since 1970.</param>
/// <param name="Failure">Why it is not in the log, or may not be; null when it is.</param>
internal sealed record BatchOutcome(Offset BaseOffset, long LogAppendTimeMs, BatchFailure? Failure)
{
    /// <summary>It is not in the log, or may not be.</summary>
    public static BatchOutcome Failed(BatchFailure failure) => new(Offset.None, -1, failure);
}

/// <summary>Why a batch failed. Immutable: each record's waiter gets an exception of its own.</summary>
/// <param name="Code">Kafka's word for it.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="MayBeWritten">Whether it may be in the log all the same.</param>
/// <param name="Cause">What it came from, or null.</param>
internal sealed record BatchFailure(ErrorCode Code, string Message, bool MayBeWritten, Exception? Cause = null)
{
    /// <summary>For a fenced producer: its transactional id.</summary>
    public string? FencedId { get; init; }

    /// <summary>The exception for one more waiter.</summary>
    public StreamCoordException Again() => FencedId is { } id ? new ProducerFencedException(Code, id, Message) : ToDeliveryFailure();

    /// <summary>The same for whoever only hears of deliveries.</summary>
    public DeliveryFailedException ToDeliveryFailure() => new(Code, Message, MayBeWritten, Cause);
}
