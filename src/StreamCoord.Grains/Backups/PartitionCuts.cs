namespace StreamCoord.Grains.Backups;

/// <summary>Where all partitions of all topics stand. Immutable.</summary>
/// <param name="All">The partitions, in the order of their names.</param>
/// <param name="Failed">One that could not be asked, and its answer; null when all could.</param>
internal sealed record PartitionCuts(IReadOnlyList<PartitionCut> All, (TopicPartition Partition, string? Message)? Failed)
{
    /// <summary>Why a backup cannot be of this; null when it can.</summary>
    /// <param name="before">What there was before the tree's transaction that the backup is of: what is missing now may be in the tree as it was then.</param>
    public string? FindProblem(PartitionCuts before)
    {
        if (Failed is { } failed)
        {
            return $"{failed.Partition} could not be asked where it ends: {failed.Message}";
        }
        return before.All.ExceptBy(All.Select(cut => cut.TopicId), cut => cut.TopicId).FirstOrDefault() is { } gone ? $"Topic '{gone.Partition.Topic}' was being deleted." : null;
    }
}
