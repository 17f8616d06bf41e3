namespace StreamCoord.Partitions;

/// <summary>The state of a partition's leader at one moment. Always LogStartOffset &lt;= HighWatermark &lt;= LogEndOffset.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="LeaderEpoch">The epoch in which the leader serves.</param>
/// <param name="LogStartOffset">The first offset that is still there.</param>
/// <param name="HighWatermark">The end of what consumers may see.</param>
/// <param name="LogEndOffset">The offset the next record gets.</param>
/// <param name="SizeBytes">What the log takes on the disk, without its indexes.</param>
/// <param name="SegmentCount">How many segments the log has.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.PartitionDescription")]
public sealed record PartitionDescription(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] LeaderEpoch LeaderEpoch,
    [property: Id(3)] Offset LogStartOffset,
    [property: Id(4)] Offset HighWatermark,
    [property: Id(5)] Offset LogEndOffset,
    [property: Id(6)] long SizeBytes,
    [property: Id(7)] int SegmentCount);

/// <summary>A range of offsets that cannot be read because its bytes on the disk are damaged.</summary>
/// <param name="From">The first offset lost.</param>
/// <param name="To">The first offset readable again.</param>
/// <param name="File">The segment file's name.</param>
/// <param name="PositionBytes">Where the damage begins in that file.</param>
/// <param name="Reason">What does not hold there.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.DamagedRange")]
public sealed record DamagedRange(
    [property: Id(0)] Offset From,
    [property: Id(1)] Offset To,
    [property: Id(2)] string File,
    [property: Id(3)] long PositionBytes,
    [property: Id(4)] string Reason);

/// <summary>What a check of every byte of a partition's log found.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> when the check itself could be done, whatever it found.</param>
/// <param name="Message">Why the check could not be done; null when it could.</param>
/// <param name="BatchCount">How many batches are sound.</param>
/// <param name="SizeBytes">How many bytes were read.</param>
/// <param name="Damage">The damaged ranges, in order; empty for a sound log.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.VerifyReply")]
public sealed record VerifyReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] long BatchCount,
    [property: Id(3)] long SizeBytes,
    [property: Id(4)] IReadOnlyList<DamagedRange> Damage);
