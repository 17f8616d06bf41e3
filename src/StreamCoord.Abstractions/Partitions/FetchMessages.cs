namespace StreamCoord.Partitions;

/// <summary>Asks for batches from an offset on, up to the high watermark.</summary>
/// <param name="From">The first offset wanted; the first batch of the reply may begin before it.</param>
/// <param name="MaxBytes">How much to return; at least one whole batch is returned even when it is larger (KIP-74).</param>
/// <param name="MaxWaitMs">How long to wait for a record when there is none; 0 does not wait. At most <see cref="MaxWaitMsLimit"/>.</param>
/// <param name="Isolation">What to show of transactions.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.FetchRequest")]
public sealed record FetchRequest(
    [property: Id(0)] Offset From,
    [property: Id(1)] int MaxBytes,
    [property: Id(2)] int MaxWaitMs,
    [property: Id(3)] IsolationLevel Isolation = IsolationLevel.ReadUncommitted)
{
    /// <summary>The longest wait in one call, below the grain call's own timeout. A caller who waits longer calls again.</summary>
    public const int MaxWaitMsLimit = 20_000;
}

/// <summary>The answer to a fetch.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>, also when there is nothing to return yet.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Data">Whole batches; the receiver disposes it.</param>
/// <param name="HighWatermark">The end of what consumers may see.</param>
/// <param name="LogStartOffset">The first offset that is still there.</param>
/// <param name="SkipTo">
/// With <see cref="ErrorCode.CorruptMessage"/>: the first readable offset behind the damaged range; else <see cref="Offset.None"/>.
/// </param>
[GenerateSerializer, Immutable, Alias("StreamCoord.FetchReply")]
public sealed record FetchReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] RecordData Data,
    [property: Id(3)] Offset HighWatermark,
    [property: Id(4)] Offset LogStartOffset,
    [property: Id(5)] Offset SkipTo)
{
    /// <summary>The end of what is decided: no transaction below it is open. At most <see cref="HighWatermark"/>, and the same where nobody uses transactions.</summary>
    [Id(6)]
    public Offset LastStableOffset { get; init; } = HighWatermark;

    /// <summary>For <see cref="IsolationLevel.ReadCommitted"/>: the aborted transactions that have records in <see cref="Data"/>.</summary>
    [Id(7)]
    public IReadOnlyList<AbortedTransaction> Aborted { get; init; } = [];
}
