namespace StreamCoord.Groups;

/// <summary>One offset to commit.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The next offset to read.</param>
/// <param name="LeaderEpoch">The epoch of the last record read, or <see cref="LeaderEpoch.Unknown"/>.</param>
/// <param name="Metadata">What the client wants kept beside it; null is kept as an empty text.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.OffsetToCommit")]
public sealed record OffsetToCommit(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] Offset Offset, [property: Id(2)] LeaderEpoch LeaderEpoch, [property: Id(3)] string? Metadata);

/// <summary>Commits offsets (Kafka's OffsetCommit).</summary>
/// <param name="GenerationId">The member's generation, or its epoch in a consumer group, or -1 for somebody who is no member: that is for groups without members.</param>
/// <param name="MemberId">The member, or empty.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
/// <param name="RetentionMs">How long to keep them instead of <see cref="GroupOptions.OffsetsRetentionMs"/>, or -1 (versions 2 to 4 of Kafka's request).</param>
/// <param name="Offsets">What to commit.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.CommitOffsetsRequest")]
public sealed record CommitOffsetsRequest(
    [property: Id(0)] int GenerationId,
    [property: Id(1)] string MemberId,
    [property: Id(2)] string? GroupInstanceId,
    [property: Id(3)] long RetentionMs,
    [property: Id(4)] IReadOnlyList<OffsetToCommit> Offsets)
{
    /// <summary>The generation of somebody who is no member.</summary>
    public const int NoGeneration = -1;

    /// <summary>
    /// False for a client that takes the epoch for a generation (versions before 9 of Kafka's OffsetCommit): a member of a consumer group could not tell from the answer that its epoch is
    /// stale, and hears <see cref="ErrorCode.UnsupportedVersion"/>.
    /// </summary>
    [Id(5)]
    public bool KnowsMemberEpochs { get; init; } = true;
}

/// <summary>What came of a request for one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.PartitionOutcome")]
public sealed record PartitionOutcome([property: Id(0)] TopicPartition Partition, [property: Id(1)] ErrorCode Error);

/// <summary>The outcome of a commit or a deletion of offsets.</summary>
/// <param name="Error">Why nothing was done, or <see cref="ErrorCode.None"/>; each partition has an outcome of its own.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Partitions">One outcome a partition, in the request's order; none on failure. What succeeded is durable.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.OffsetsReply")]
public sealed record OffsetsReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyList<PartitionOutcome> Partitions)
{
    /// <summary>A refusal: nothing was done.</summary>
    public static OffsetsReply Refused(ErrorCode error, string message) => new(error, message, []);
}

/// <summary>A committed offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The next offset to read, or <see cref="Offset.None"/> when nothing is committed.</param>
/// <param name="LeaderEpoch">The epoch of the last record read, or <see cref="LeaderEpoch.Unknown"/>.</param>
/// <param name="Metadata">What the client wanted kept beside it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.FetchedOffset")]
public sealed record FetchedOffset(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] Offset Offset, [property: Id(2)] LeaderEpoch LeaderEpoch, [property: Id(3)] string Metadata)
{
    /// <summary>Why nothing can be told of this partition now: <see cref="ErrorCode.UnstableOffsetCommit"/>; else <see cref="ErrorCode.None"/>.</summary>
    [Id(4)]
    public ErrorCode Error { get; init; }
}

/// <summary>A member that reads its group's offsets, which hears when it is none any more (versions 9 and later of Kafka's OffsetFetch).</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Epoch">The epoch that it knows.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.FetchingMember")]
public sealed record FetchingMember([property: Id(0)] string MemberId, [property: Id(1)] GroupEpoch Epoch);

/// <summary>The answer to Kafka's OffsetFetch for one group.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success, also for a group that does not exist.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Offsets">One a partition asked for, in the request's order; all that are committed when the request named none.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.FetchOffsetsReply")]
public sealed record FetchOffsetsReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyList<FetchedOffset> Offsets);

/// <summary>Commits offsets in a transaction (Kafka's TxnOffsetCommit): they count when it is committed.</summary>
/// <param name="TransactionalId">The transactional id.</param>
/// <param name="ProducerId">Its producer.</param>
/// <param name="ProducerEpoch">The producer's epoch.</param>
/// <param name="Enters">True in the flow of KIP-890, in which the coordinator puts the group into the transaction; else the client has done that.</param>
/// <param name="Commit">What to commit, for whom.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.CommitTransactionOffsetsRequest")]
public sealed record CommitTransactionOffsetsRequest(
    [property: Id(0)] string TransactionalId,
    [property: Id(1)] long ProducerId,
    [property: Id(2)] short ProducerEpoch,
    [property: Id(3)] bool Enters,
    [property: Id(4)] CommitOffsetsRequest Commit);
