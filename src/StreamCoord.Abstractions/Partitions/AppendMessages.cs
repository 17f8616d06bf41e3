namespace StreamCoord.Partitions;

/// <summary>Asks a partition's leader to put batches at the end of its log.</summary>
/// <param name="Data">One or more whole batches of format v2; see there for who owns the memory.</param>
/// <param name="Acks">What to wait for.</param>
/// <param name="Term">
/// For a coordinator: the epoch it was loaded under (<see cref="IPartitionGrain.BeginTerm"/>); the append is refused when that has moved. Internal topics take
/// no append without it.
/// </param>
[GenerateSerializer, Immutable, Alias("StreamCoord.AppendRequest")]
public sealed record AppendRequest([property: Id(0)] RecordData Data, [property: Id(1)] RequiredAcks Acks, [property: Id(2)] LeaderEpoch? Term = null)
{
    /// <summary>
    /// For a batch of a transaction: the producer's transactional id. The partition is put into its transaction before the batch is appended (KIP-890). Null for other batches, and where a front end has seen to that.
    /// </summary>
    [Id(3)]
    public string? TransactionalId { get; init; }
}

/// <summary>The outcome of a coordinator's wish to begin a term.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Epoch">The term.</param>
/// <param name="EndOffset">The end of the log: everything before it is committed, and the coordinator loads it before it decides anything.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TermReply")]
public sealed record TermReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] LeaderEpoch Epoch,
    [property: Id(3)] Offset EndOffset);

/// <summary>The outcome of an append: either every batch of the request has its offsets, or none was written.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="BaseOffset">The offset of the first record; <see cref="Offset.None"/> on failure.</param>
/// <param name="LastOffset">The offset of the last record; <see cref="Offset.None"/> on failure.</param>
/// <param name="LogAppendTimeMs">The leader's time for a topic with LogAppendTime, else -1. Milliseconds since 1970.</param>
/// <param name="LogStartOffset">The first offset that is still there.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.AppendReply")]
public sealed record AppendReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] Offset BaseOffset,
    [property: Id(3)] Offset LastOffset,
    [property: Id(4)] long LogAppendTimeMs,
    [property: Id(5)] Offset LogStartOffset)
{
    /// <summary>A refusal: nothing was written.</summary>
    public static AppendReply Refused(ErrorCode error, string message) => new(error, message, Offset.None, Offset.None, -1, Offset.None);
}
