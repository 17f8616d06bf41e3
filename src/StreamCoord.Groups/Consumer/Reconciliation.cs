namespace StreamCoord.Groups.Consumer;

/// <summary>Takes one member a step towards its target, without waiting for any other: first it gives back, then it gets (KIP-848). Pure.</summary>
internal static class Reconciliation
{
    /// <summary>Where the member is after its heartbeat.</summary>
    /// <param name="progress">Where it was.</param>
    /// <param name="target">What it is to have in the end.</param>
    /// <param name="targetEpoch">The epoch of that.</param>
    /// <param name="owned">What the member says that it has; null when it says nothing, and so may have everything it was given.</param>
    /// <param name="isHeldByAnother">Whether somebody else has a partition.</param>
    public static MemberProgress Step(
        MemberProgress progress, PartitionSet target, GroupEpoch targetEpoch, PartitionSet? owned, Predicate<TopicIdPartition> isHeldByAnother)
    {
        if (progress.IsReconciledTo(targetEpoch) || (progress.State == MemberState.Unrevoked && StillHas(owned, progress.Revoking)))
        {
            return progress;
        }
        PartitionSet kept = progress.Assigned.Intersect(target);
        PartitionSet unwanted = progress.Assigned.Except(target);
        if (unwanted.Count > 0 && StillHas(owned, unwanted))
        {
            return progress with { State = MemberState.Unrevoked, Assigned = kept, Revoking = unwanted };
        }
        PartitionSet wanted = target.Except(kept);
        PartitionSet free = wanted.Where(partition => !isHeldByAnother(partition));
        return new MemberProgress(
            targetEpoch,
            progress.Epoch == targetEpoch ? progress.PreviousEpoch : progress.Epoch,
            free.Count == wanted.Count ? MemberState.Stable : MemberState.Unreleased,
            kept.Union(free),
            PartitionSet.Empty);
    }

    private static bool StillHas(PartitionSet? owned, PartitionSet partitions) => owned is null || owned.Overlaps(partitions);
}
