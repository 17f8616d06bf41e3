namespace StreamCoord.Cluster.Tests.Faults;

/// <summary>What is done to the segment files of a partition.</summary>
public enum DiskDamageKind
{
    BitsFlippedInAFinishedSegment,
    BitsFlippedInTheActiveSegment,
    FinishedSegmentDeleted,
    ActiveSegmentDeleted,
    EverySegmentDeleted,
}
