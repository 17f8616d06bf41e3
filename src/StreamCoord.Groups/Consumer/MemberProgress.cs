namespace StreamCoord.Groups.Consumer;

/// <summary>Where a member is: Kafka's ConsumerGroupCurrentMemberAssignmentValue. Immutable.</summary>
/// <param name="Epoch">Its epoch; <see cref="GroupEpoch.LeavingForRestart"/> for a static member that is away.</param>
/// <param name="PreviousEpoch">The one before, which the member still says when the answer with the newer one was lost.</param>
/// <param name="State">How far it is.</param>
/// <param name="Assigned">What it may read.</param>
/// <param name="Revoking">What it has been told to give back, and has not yet.</param>
public sealed record MemberProgress(GroupEpoch Epoch, GroupEpoch PreviousEpoch, MemberState State, PartitionSet Assigned, PartitionSet Revoking)
{
    /// <summary>A newcomer's.</summary>
    public static MemberProgress New { get; } = new(GroupEpoch.Joining, GroupEpoch.Leaving, MemberState.Stable, PartitionSet.Empty, PartitionSet.Empty);

    /// <summary>All that nobody else may have.</summary>
    public IEnumerable<TopicIdPartition> Held => Assigned.Concat(Revoking);

    /// <summary>True when nothing is left to do for the target of that epoch.</summary>
    public bool IsReconciledTo(GroupEpoch targetEpoch) => State == MemberState.Stable && Epoch == targetEpoch;
}
