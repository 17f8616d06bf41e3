namespace StreamCoord.Groups.Consumer;

/// <summary>
/// What is durable of a consumer group: the sum of its changes, whoever applies them in their order. Not safe for concurrent use.
/// </summary>
public sealed class ConsumerGroupState
{
    private readonly Dictionary<string, MemberSubscription> _subscriptions = [];
    private readonly Dictionary<string, PartitionSet> _targets = [];
    private readonly Dictionary<string, MemberProgress> _progress = [];

    /// <summary>True when the group is of this type.</summary>
    public bool Exists { get; private set; }

    /// <summary>The group's epoch, and the topics for which it holds.</summary>
    public GroupMark Mark { get; private set; }

    /// <summary>The epoch of the target assignment.</summary>
    public GroupEpoch TargetEpoch { get; private set; }

    /// <summary>The members, by id, and what they want.</summary>
    public IReadOnlyDictionary<string, MemberSubscription> Subscriptions => _subscriptions;

    /// <summary>What each member is to have.</summary>
    public PartitionSet TargetOf(string memberId) => _targets.GetValueOrDefault(memberId, PartitionSet.Empty);

    /// <summary>Where a member is.</summary>
    public MemberProgress ProgressOf(string memberId) => _progress.GetValueOrDefault(memberId, MemberProgress.New);

    /// <summary>True when nothing is known.</summary>
    public bool IsEmpty => !Exists && _subscriptions.Count + _targets.Count + _progress.Count == 0;

    /// <summary>Takes a change over.</summary>
    public void Apply(ConsumerGroupChange change)
    {
        switch (change)
        {
            case GroupEpochChange epoch:
                (Exists, Mark) = (epoch.Value is not null, epoch.Value ?? default);
                break;
            case TargetEpochChange epoch:
                TargetEpoch = epoch.Value ?? GroupEpoch.Joining;
                break;
            case SubscriptionChange subscription:
                Set(_subscriptions, subscription.MemberId, subscription.Value);
                break;
            case TargetChange target:
                Set(_targets, target.MemberId, target.Value);
                break;
            case ProgressChange progress:
                Set(_progress, progress.MemberId, progress.Value);
                break;
        }
    }

    /// <summary>The changes that make this out of nothing.</summary>
    public IEnumerable<ConsumerGroupChange> ToChanges() =>
    [
        .. Exists ? [new GroupEpochChange(Mark)] : Array.Empty<ConsumerGroupChange>(),
        .. _subscriptions.Select(pair => new SubscriptionChange(pair.Key, pair.Value)),
        .. _targets.Select(pair => new TargetChange(pair.Key, pair.Value)),
        .. TargetEpoch > GroupEpoch.Joining ? [new TargetEpochChange(TargetEpoch)] : Array.Empty<ConsumerGroupChange>(),
        .. _progress.Select(pair => new ProgressChange(pair.Key, pair.Value)),
    ];

    /// <summary>The changes that make nothing out of this.</summary>
    public IEnumerable<ConsumerGroupChange> ToDeletions() =>
    [
        .. _progress.Keys.Select(memberId => new ProgressChange(memberId, null)),
        .. _targets.Keys.Select(memberId => new TargetChange(memberId, null)),
        new TargetEpochChange(null),
        .. _subscriptions.Keys.Select(memberId => new SubscriptionChange(memberId, null)),
        new GroupEpochChange(null),
    ];

    private static void Set<T>(Dictionary<string, T> values, string memberId, T? value)
        where T : class
    {
        if (value is null)
        {
            values.Remove(memberId);
        }
        else
        {
            values[memberId] = value;
        }
    }
}
