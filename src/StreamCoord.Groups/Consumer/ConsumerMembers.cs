using StreamCoord.Groups.Consumer.Assignors;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// The members of a consumer group, of both protocols, and the steps that their requests consist of. Each step emits changes and applies each as it emits it.
/// </summary>
/// <remarks>
/// Owned by its <see cref="ConsumerGroup"/>, which checks requests before. Not safe for concurrent use. Always no partition is held by two members, a member's epoch is not above the target's, and that
/// not above the group's.
/// </remarks>
internal sealed class ConsumerMembers
{
    private readonly PartitionOwners _owners = new();
    private List<ConsumerGroupChange> _changes = [];
    private TopicImage? _image;

    public ConsumerGroupState State { get; } = new();

    public SubscribedTopics Topics { get; } = new();

    public StaticMembers Statics { get; } = new();

    public MemberTimers Timers { get; } = new();

    public int Count => State.Subscriptions.Count;

    /// <summary>How many speak the classic protocol.</summary>
    public int ClassicCount { get; private set; }

    /// <summary>How many have nothing left to do.</summary>
    public int ReconciledCount { get; private set; }

    public GroupEpoch Epoch => State.Mark.Epoch;

    public GroupEpoch TargetEpoch => State.TargetEpoch;

    /// <summary>What has changed since it was asked last, in its order.</summary>
    public IReadOnlyList<ConsumerGroupChange> TakeChanges()
    {
        if (_changes.Count == 0)
        {
            return [];
        }
        List<ConsumerGroupChange> taken = _changes;
        _changes = [];
        return taken;
    }

    /// <summary>What a member wants; null for somebody who is none.</summary>
    public MemberSubscription? Find(string memberId) => State.Subscriptions.GetValueOrDefault(memberId);

    /// <summary>Takes over what a member wants; the group's epoch rises when it reads other topics, or they are not what they were.</summary>
    public void Subscribe(string memberId, MemberSubscription wanted, TopicImage image)
    {
        MemberSubscription? known = Find(memberId);
        if (!wanted.Equals(known))
        {
            Emit(new SubscriptionChange(memberId, wanted));
        }
        NoteTopics(known is null || !wanted.ReadsTheSameAs(known), image);
    }

    /// <summary>Has the group's epoch rise when the topics that it reads are not what they were.</summary>
    /// <param name="areOthers">True when members read others than before.</param>
    /// <param name="image">The topics that there are.</param>
    public void NoteTopics(bool areOthers, TopicImage image)
    {
        if (!areOthers && _image?.Version == image.Version)
        {
            return;
        }
        _image = image;
        long hash = Topics.Hash(image);
        if (areOthers || hash != State.Mark.TopicsHash)
        {
            Emit(new GroupEpochChange(new GroupMark(Epoch.Next(), hash)));
        }
    }

    /// <summary>Assigns anew when the target is older than the group's epoch.</summary>
    public void MakeTarget(TopicImage image)
    {
        if (Epoch == TargetEpoch)
        {
            return;
        }
        IPartitionAssignor assignor = PartitionAssignors.Get(PartitionAssignors.Prefer(State.Subscriptions.Values));
        var resolved = new Dictionary<MemberSubscription, IReadOnlyList<ImageTopic>>(SameTopics.Comparer);
        AssignmentMember[] members =
            [.. State.Subscriptions.Select(pair => new AssignmentMember(pair.Key, pair.Value.InstanceId, Resolve(pair.Value), State.TargetOf(pair.Key)))];
        foreach ((string memberId, PartitionSet target) in assignor.Assign(members))
        {
            if (!target.Equals(State.TargetOf(memberId)))
            {
                Emit(new TargetChange(memberId, target));
            }
        }
        Emit(new TargetEpochChange(Epoch));

        IReadOnlyList<ImageTopic> Resolve(MemberSubscription subscription)
        {
            if (!resolved.TryGetValue(subscription, out IReadOnlyList<ImageTopic>? topics))
            {
                resolved.Add(subscription, topics = Topics.Resolve(subscription, image));
            }
            return topics;
        }
    }

    /// <summary>Takes a member a step towards its target.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="before">Where it was.</param>
    /// <param name="owned">What it says that it has; null when it says nothing.</param>
    public MemberProgress Step(string memberId, MemberProgress before, PartitionSet? owned) =>
        Reconciliation.Step(before, State.TargetOf(memberId), TargetEpoch, owned, partition => _owners.IsHeldByAnother(memberId, partition));

    /// <summary>Whether a partition that the member is to have, and has not, is held by another.</summary>
    public bool WaitsForOthers(string memberId) =>
        State.TargetOf(memberId).Except(State.ProgressOf(memberId).Assigned).Any(partition => _owners.IsHeldByAnother(memberId, partition));

    /// <summary>Has a newcomer take the place of the static member of its name, with everything that it had.</summary>
    public void Replace(string former, string memberId)
    {
        MemberSubscription subscription = State.Subscriptions[former];
        PartitionSet target = State.TargetOf(former);
        MemberProgress progress = State.ProgressOf(former);
        Remove(former);
        Emit(new SubscriptionChange(memberId, subscription));
        Emit(new TargetChange(memberId, target));
        Emit(new ProgressChange(memberId, progress with { Epoch = GroupEpoch.Joining, PreviousEpoch = GroupEpoch.Leaving }));
    }

    public void Remove(string memberId)
    {
        Emit(new ProgressChange(memberId, null));
        Emit(new TargetChange(memberId, null));
        Emit(new SubscriptionChange(memberId, null));
        Timers.Remove(memberId);
    }

    /// <summary>Has the group's epoch rise.</summary>
    public void Bump() => Emit(new GroupEpochChange(new GroupMark(Epoch.Next(), _image is { } image ? Topics.Hash(image) : State.Mark.TopicsHash)));

    public void Emit(ConsumerGroupChange change)
    {
        _changes.Add(change);
        Apply(change);
    }

    /// <summary>Changes the state and what is derived from it.</summary>
    public void Apply(ConsumerGroupChange change)
    {
        switch (change)
        {
            case SubscriptionChange subscription:
                MemberSubscription? known = Find(subscription.MemberId);
                Topics.Move(known, subscription.Value);
                Statics.Move(subscription.MemberId, known?.InstanceId, subscription.Value?.InstanceId);
                ClassicCount += CountClassic(subscription.Value) - CountClassic(known);
                State.Apply(change);
                break;
            case ProgressChange progress:
                MemberProgress before = State.ProgressOf(progress.MemberId);
                _owners.Move(progress.MemberId, before, progress.Value);
                ReconciledCount += CountReconciled(progress.Value) - CountReconciled(before);
                State.Apply(change);
                break;
            case TargetEpochChange:
                State.Apply(change);
                ReconciledCount = State.Subscriptions.Keys.Count(memberId => State.ProgressOf(memberId).IsReconciledTo(TargetEpoch));
                break;
            default:
                State.Apply(change);
                break;
        }
    }

    private static int CountClassic(MemberSubscription? member) => member?.Classic is null ? 0 : 1;

    private int CountReconciled(MemberProgress? progress) => progress?.IsReconciledTo(TargetEpoch) == true ? 1 : 0;
}
