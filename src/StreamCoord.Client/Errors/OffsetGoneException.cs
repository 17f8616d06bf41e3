namespace StreamCoord.Client;

/// <summary>A partition has no record at the offset from which a consumer wants to read, and <see cref="ConsumerOptions.OffsetReset"/> says to choose no other. Seek to one that is there, then go on reading.</summary>
public sealed class OffsetGoneException : StreamCoordException
{
    internal OffsetGoneException(TopicPartition partition, Offset offset, Offset logStart)
        : base(ErrorCode.OffsetOutOfRange, offset == Offset.None
            ? $"Nothing is committed for {partition}, and the reset policy is none. Seek, or choose another policy."
            : $"{partition} does not have offset {offset}; it begins at {logStart}. Seek to an offset that is there, or choose another reset policy.") => (Partition, Offset, LogStart) = (partition, offset, logStart);

    /// <summary>The partition.</summary>
    public TopicPartition Partition { get; }

    /// <summary>The offset that was wanted; <see cref="StreamCoord.Offset.None"/> when there was none to begin at.</summary>
    public Offset Offset { get; }

    /// <summary>The first offset that is there, or <see cref="StreamCoord.Offset.None"/> when that is not known.</summary>
    public Offset LogStart { get; }
}
