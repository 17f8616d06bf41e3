namespace StreamCoord.Client;

/// <summary>How far a consumer is in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Next">The offset of the next record that it gives out; <see cref="Offset.None"/> while that is not known.</param>
/// <param name="HighWatermark">Where the partition ended when it was read last; <see cref="Offset.None"/> before that.</param>
/// <param name="IsPaused">Whether it is paused.</param>
public sealed record PartitionPosition(TopicPartition Partition, Offset Next, Offset HighWatermark, bool IsPaused)
{
    /// <summary>How many offsets lie between what was given out and the partition's end; null while that is not known.</summary>
    public long? Lag => Next == Offset.None || HighWatermark == Offset.None ? null : Math.Max(0, HighWatermark - Next);
}
