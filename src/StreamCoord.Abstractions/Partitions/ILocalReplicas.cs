namespace StreamCoord.Partitions;

/// <summary>The copies of partitions on this silo, leading or not. Safe for concurrent use.</summary>
public interface ILocalReplicas
{
    /// <summary>The size of a copy; null when this silo has none.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    ValueTask<ReplicaSize?> MeasureAsync(TopicId topicId, int partition);
}

/// <summary>The size of a copy.</summary>
/// <param name="SizeBytes">What its log takes on the disk, without its indexes.</param>
/// <param name="LagRecords">How many committed records it lacks, as far as it knows.</param>
public readonly record struct ReplicaSize(long SizeBytes, long LagRecords);
