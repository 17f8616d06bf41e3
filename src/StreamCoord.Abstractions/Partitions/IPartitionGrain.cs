using Orleans.Metadata;

namespace StreamCoord.Partitions;

/// <summary>
/// One partition, led by the silo that the leadership table names. Key: <see cref="TopicPartition.ToString"/>. It carries batches, never records, and never
/// copies them inside a silo. Outcomes that a caller must expect come back as <see cref="ErrorCode"/>; only failures of
/// the grain call itself (a silo that stops, a timeout) are exceptions.
/// </summary>
/// <remarks>
/// All methods may run interleaved with each other. Two calls of one caller need not arrive in their order: a caller who
/// needs an order between appends waits for the first reply.
/// </remarks>
[Alias("StreamCoord.IPartitionGrain"), DefaultGrainType(GrainType)]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>The type of the grains that a caller reaches: each silo has its own, which knows the way to the leader.</summary>
    const string GrainType = "partition";

    /// <summary>
    /// Puts batches at the end of the log: all of them, next to each other, or none. The reply comes when
    /// <see cref="AppendRequest.Acks"/> is met.
    /// </summary>
    [Alias("Append")]
    Task<AppendReply> Append(AppendRequest request);

    /// <summary>
    /// Begins a coordinator's term on an internal topic: a new leader epoch, so that no append of an earlier term is taken any more.
    /// </summary>
    [Alias("BeginTerm")]
    Task<TermReply> BeginTerm();

    /// <summary>Returns batches below the high watermark, waiting for some when there are none yet.</summary>
    [Alias("Fetch")]
    Task<FetchReply> Fetch(FetchRequest request);

    /// <summary>
    /// The first record with a timestamp at or after <paramref name="timestampMs"/> (milliseconds since 1970), or what one of
    /// <see cref="OffsetTimestamps"/> asks for, among what a reader of the isolation level may see.
    /// </summary>
    [Alias("FindOffset")]
    Task<OffsetReply> FindOffset(long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted);

    /// <summary>
    /// Ends a producer's transaction, as its coordinator has decided; durable when this returns without an error. Refused when a newer epoch of the producer (<see cref="ErrorCode.InvalidProducerEpoch"/>) or of
    /// the coordinator (<see cref="ErrorCode.TransactionCoordinatorFenced"/>) was seen.
    /// </summary>
    [Alias("WriteMarker")]
    Task<MarkerReply> WriteMarker(ProducerMarker marker);

    /// <summary>
    /// Raises the log start offset to <paramref name="before"/>, or to the high watermark for <see cref="Offset.None"/>; records
    /// below it cannot be read any more once this returns, also after a crash.
    /// </summary>
    [Alias("DeleteRecords")]
    Task<DeleteRecordsReply> DeleteRecords(Offset before);

    /// <summary>
    /// Where the records of an epoch end, for clients that check after a change of leaders whether what they have read is still there
    /// (KIP-320). <paramref name="currentEpoch"/> is what the caller takes for the leader's epoch, or <see cref="LeaderEpoch.Unknown"/>: an older one is
    /// refused with <see cref="ErrorCode.FencedLeaderEpoch"/>, a newer one with <see cref="ErrorCode.UnknownLeaderEpoch"/>.
    /// </summary>
    [Alias("FindEpochEnd")]
    Task<EpochEndReply> FindEpochEnd(LeaderEpoch epoch, LeaderEpoch currentEpoch);

    /// <summary>The idempotent producers that the leader remembers, in the order of their ids.</summary>
    [Alias("DescribeProducers")]
    Task<ProducersReply> DescribeProducers();

    /// <summary>The leader's state.</summary>
    [Alias("Describe")]
    Task<PartitionDescription> Describe();

    /// <summary>Reads every byte of the log and checks it. Appends and reads go on meanwhile.</summary>
    [Alias("Verify"), ResponseTimeout("01:00:00")]
    Task<VerifyReply> Verify();

    /// <summary>
    /// The leader's retention and compaction, as far as they are due, now. Each silo looks after its own copies from time to time; calling this more often does no harm.
    /// </summary>
    [Alias("Maintain"), ResponseTimeout("01:00:00")]
    Task Maintain();

    /// <summary>Takes over the topic's changed configuration. Called by the topic grain.</summary>
    [Alias("Reconfigure")]
    Task Reconfigure();

    /// <summary>Deletes the partition's copies for good, on all silos that live. Called by the topic grain when the topic is deleted.</summary>
    [Alias("Remove")]
    Task Remove(TopicId topicId);
}
