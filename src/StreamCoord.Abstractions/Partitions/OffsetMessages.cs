namespace StreamCoord.Partitions;

/// <summary>The answer to a search for an offset by time (Kafka's ListOffsets).</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Offset">The offset found, or <see cref="StreamCoord.Offset.None"/> when no record qualifies.</param>
/// <param name="TimestampMs">The timestamp of the record found, or -1. Milliseconds since 1970.</param>
/// <param name="LeaderEpoch">The epoch the record was written in.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.OffsetReply")]
public sealed record OffsetReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] Offset Offset,
    [property: Id(3)] long TimestampMs,
    [property: Id(4)] LeaderEpoch LeaderEpoch);

/// <summary>The special timestamps of Kafka's ListOffsets.</summary>
public static class OffsetTimestamps
{
    /// <summary>The high watermark.</summary>
    public const long Latest = -1;

    /// <summary>The log start offset.</summary>
    public const long Earliest = -2;

    /// <summary>The record with the largest timestamp (KIP-734).</summary>
    public const long MaxTimestamp = -3;
}

/// <summary>The answer to a request that moves the log start offset (Kafka's DeleteRecords).</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="LogStartOffset">The first offset that is still there.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.DeleteRecordsReply")]
public sealed record DeleteRecordsReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] Offset LogStartOffset);

/// <summary>The answer to a search for the end of an epoch (Kafka's OffsetForLeaderEpoch).</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Epoch">The newest epoch of the log that is not newer than the one asked for; <see cref="LeaderEpoch.Unknown"/> when the log knows none so new.</param>
/// <param name="EndOffset">The offset behind the last record of that epoch; <see cref="Offset.None"/> when it is not known.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.EpochEndReply")]
public sealed record EpochEndReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] LeaderEpoch Epoch,
    [property: Id(3)] Offset EndOffset);
