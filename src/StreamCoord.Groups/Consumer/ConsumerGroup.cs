using StreamCoord.Groups.Consumer.Assignors;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// The members of one group in the protocol of KIP-848: the service assigns, and each member gives back and gets at its own pace. Pure: time and the topics come in with every call, and what is to be
/// made durable goes out through <see cref="TakeChanges"/>, which the caller empties after every call.
/// </summary>
/// <remarks>
/// Owns its state. Not safe for concurrent use. A finished call has changed memory only; nobody may be told of it before its changes, and all before them, are durable. Always no partition is held by
/// two members, a member's epoch is not above the target's, and that not above the group's; none of them falls, but for a member that joins again.
/// </remarks>
public sealed class ConsumerGroup : IGroup
{
    private readonly ConsumerGroupState _state = new();
    private readonly GroupOptions _options;
    private readonly ConsumerRefusals _refusals;
    private readonly SubscribedTopics _topics = new();
    private readonly PartitionOwners _owners = new();
    private readonly StaticMembers _statics = new();
    private readonly MemberTimers _timers = new();
    private List<ConsumerGroupChange> _changes = [];
    private TopicImage? _image;
    private int _reconciledCount;
    private bool _isDead;

    /// <summary>A group without members, which exists from its first member on.</summary>
    public ConsumerGroup(string groupId, GroupOptions options)
    {
        (GroupId, _options, _refusals) = (groupId, options, new ConsumerRefusals(groupId));
    }

    /// <summary>The group as it was written; its members' sessions, and their time to give partitions back, begin anew.</summary>
    public ConsumerGroup(string groupId, GroupOptions options, ConsumerGroupState written, ConsumerGroupTimes times, long nowMs)
        : this(groupId, options)
    {
        foreach (ConsumerGroupChange change in written.ToChanges())
        {
            Apply(change);
        }
        foreach ((string memberId, MemberSubscription subscription) in _state.Subscriptions)
        {
            _timers.Renew(memberId, nowMs + times.SessionTimeoutMs);
            AwaitRevocation(memberId, subscription, nowMs);
        }
    }

    /// <inheritdoc/>
    public string GroupId { get; }

    /// <inheritdoc/>
    public GroupType Type => GroupType.Consumer;

    /// <inheritdoc/>
    public string? ProtocolType => "consumer";

    /// <inheritdoc/>
    public bool HasMembers => _state.Subscriptions.Count > 0;

    /// <summary>The group's epoch.</summary>
    public GroupEpoch Epoch => _state.Mark.Epoch;

    /// <summary>The epoch of the target assignment.</summary>
    public GroupEpoch TargetEpoch => _state.TargetEpoch;

    /// <inheritdoc/>
    public long NextDeadlineMs => _timers.NextMs;

    /// <inheritdoc/>
    public GroupState State => this switch
    {
        { _isDead: true } => GroupState.Dead,
        { HasMembers: false } => GroupState.Empty,
        _ when Epoch > TargetEpoch => GroupState.Assigning,
        _ => _reconciledCount == _state.Subscriptions.Count ? GroupState.Stable : GroupState.Reconciling,
    };

    /// <summary>What has changed since it was asked last, in its order: one record each.</summary>
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

    /// <summary>Takes a heartbeat, by which a member also joins and leaves.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fresh">A random number, for the id of a new member that has none.</param>
    /// <param name="image">The topics that there are.</param>
    /// <param name="times">The group's times.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <returns>The answer, to be given when the changes are durable.</returns>
    public ConsumerHeartbeatReply Heartbeat(ConsumerHeartbeatRequest request, Guid fresh, TopicImage image, ConsumerGroupTimes times, long nowMs)
    {
        if ((HeartbeatChecks.Check(GroupId, request) ?? (_isDead ? _refusals.Gone : null)) is { } illegal)
        {
            return ConsumerHeartbeatReply.Refused(illegal.Error, illegal.Message!);
        }
        ConsumerHeartbeatRequest named = request.MemberId.Length > 0 ? request : request with { MemberId = fresh.ToString("n") };
        bool isLeaving = request.Epoch < GroupEpoch.Joining;
        if ((isLeaving ? CheckNames(named) : CheckMember(named)) is { } refusal)
        {
            return ConsumerHeartbeatReply.Refused(refusal.Error, refusal.Message!);
        }
        return isLeaving ? Leave(named) : Beat(named, image, times, nowMs);
    }

    /// <summary>Removes the members whose session is over, or that have not given partitions back in their time.</summary>
    public void Advance(long nowMs)
    {
        IReadOnlyList<string> expired = _timers.TakeExpired(nowMs);
        foreach (string memberId in expired)
        {
            Remove(memberId);
        }
        if (expired.Count > 0)
        {
            Bump();
        }
    }

    /// <inheritdoc/>
    public GroupReply CheckCommit(CommitOffsetsRequest request, long nowMs)
    {
        if (_isDead)
        {
            return _refusals.Gone;
        }
        if (request.GenerationId < 0 && !HasMembers)
        {
            return GroupReply.Done;
        }
        GroupReply check = CheckEpochOf(request.MemberId, new GroupEpoch(request.GenerationId));
        return check.Error != ErrorCode.UnknownMemberId && !request.KnowsMemberEpochs ? _refusals.OldCommit : check;
    }

    /// <inheritdoc/>
    public GroupReply CheckFetch(FetchingMember? member) => member is null ? GroupReply.Done : CheckEpochOf(member.MemberId, member.Epoch);

    /// <inheritdoc/>
    public GroupReply CheckDeleteOffsets() => _isDead ? _refusals.NotFound : GroupReply.Done;

    /// <inheritdoc/>
    public bool SubscribesTo(string topic) => _topics.Contains(topic);

    /// <summary>From the commit on, for topics that nobody reads.</summary>
    public long? ExpiryBaseMs(string topic, long commitTimestampMs) => SubscribesTo(topic) ? null : commitTimestampMs;

    /// <inheritdoc/>
    public GroupReply TryEnd()
    {
        if (HasMembers || _isDead)
        {
            return _isDead ? _refusals.NotFound : _refusals.NotEmpty;
        }
        _isDead = true;
        return GroupReply.Done;
    }

    /// <summary>The changes after which nothing of the group is left.</summary>
    public IEnumerable<ConsumerGroupChange> ToDeletions() => _state.ToDeletions();

    /// <summary>The group as it is.</summary>
    /// <param name="image">The topics that there are.</param>
    public ConsumerGroupDescription Describe(TopicImage image)
    {
        DescribedConsumer[] members = [.. _state.Subscriptions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Describe(pair.Key, pair.Value))];
        return new ConsumerGroupDescription
        {
            GroupId = GroupId,
            State = State,
            Epoch = Epoch,
            TargetEpoch = TargetEpoch,
            Assignor = PartitionAssignors.Prefer(_state.Subscriptions.Values),
            Members = members,
            TopicNames = members.SelectMany(member => member.Assignment.Concat(member.Target)).Select(topic => image.Find(topic.TopicId)).OfType<ImageTopic>().Distinct()
                .ToDictionary(topic => topic.TopicId, topic => topic.Name),
        };
    }

    private ConsumerHeartbeatReply Beat(ConsumerHeartbeatRequest request, TopicImage image, ConsumerGroupTimes times, long nowMs)
    {
        string memberId = request.MemberId;
        MemberProgress before = Admit(request);
        Subscribe(memberId, request, image);
        MakeTarget(image);
        PartitionSet? owned = request.Owned is null ? null : PartitionSet.From(request.Owned);
        MemberProgress after = Reconciliation.Step(before, _state.TargetOf(memberId), TargetEpoch, owned, partition => _owners.IsHeldByAnother(memberId, partition));
        _timers.Renew(memberId, nowMs + times.SessionTimeoutMs);
        if (after != _state.ProgressOf(memberId))
        {
            Emit(new ProgressChange(memberId, after));
            AwaitRevocation(memberId, _state.Subscriptions[memberId], nowMs);
        }
        bool isFull = request is { RebalanceTimeoutMs: not -1, Owned: not null } && (request.TopicNames ?? (object?)request.TopicPattern) is not null;
        // Also when the answer that said it was lost: the member says an older epoch, or has something else.
        bool tells = request.Epoch == GroupEpoch.Joining || isFull || !after.Assigned.Equals(before.Assigned) || request.Epoch != before.Epoch;
        return new ConsumerHeartbeatReply
        {
            MemberId = memberId,
            Epoch = after.Epoch,
            HeartbeatIntervalMs = times.HeartbeatIntervalMs,
            Assignment = tells ? after.Assigned.ToTopics() : null,
        };
    }

    /// <summary>Whether a member may go on, or somebody become one.</summary>
    private GroupReply? CheckMember(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch != GroupEpoch.Joining)
        {
            return CheckNames(request) ?? CheckEpoch(request);
        }
        string? named = _statics.Find(request.InstanceId);
        if (named is not null && named != request.MemberId && _state.ProgressOf(named).Epoch != GroupEpoch.LeavingForRestart)
        {
            return _refusals.Unreleased(request.InstanceId!);
        }
        if (_state.Subscriptions.TryGetValue(request.MemberId, out MemberSubscription? known) && known.InstanceId != request.InstanceId)
        {
            return ConsumerRefusals.Illegal("A member keeps the instance id that it has joined with.");
        }
        bool isNew = named is null && known is null;
        return isNew && _state.Subscriptions.Count >= _options.ConsumerMembersMax ? _refusals.Full(_options.ConsumerMembersMax) : null;
    }

    /// <summary>Whether the names are those of one member.</summary>
    private GroupReply? CheckNames(ConsumerHeartbeatRequest request)
    {
        if (!_state.Exists)
        {
            return _refusals.NotFound;
        }
        if (request.InstanceId is { } instanceId)
        {
            return _statics.Find(instanceId) switch
            {
                null => _refusals.UnknownInstance(instanceId),
                string memberId => memberId == request.MemberId ? null : _refusals.Fenced(instanceId),
            };
        }
        return _state.Subscriptions.ContainsKey(request.MemberId) ? null : _refusals.UnknownMember(request.MemberId);
    }

    // The epoch before the current one is that of a member that has not heard the answer to its last heartbeat, if it has nothing but what it was given.
    private GroupReply? CheckEpoch(ConsumerHeartbeatRequest request)
    {
        MemberProgress progress = _state.ProgressOf(request.MemberId);
        bool isLost = request.Epoch == progress.PreviousEpoch && request.Epoch < progress.Epoch && request.Owned is { } owned && PartitionSet.From(owned).IsSubsetOf(progress.Assigned);
        return request.Epoch == progress.Epoch || isLost ? null : _refusals.WrongEpoch(request.Epoch, progress.Epoch);
    }

    private GroupReply CheckEpochOf(string memberId, GroupEpoch epoch)
    {
        if (!_state.Subscriptions.ContainsKey(memberId))
        {
            return _refusals.UnknownMember(memberId);
        }
        GroupEpoch current = _state.ProgressOf(memberId).Epoch;
        return current == epoch ? GroupReply.Done : _refusals.StaleEpoch(epoch, current);
    }

    /// <summary>Where the member stands as its heartbeat begins. Who joins again has nothing, and is given again what it had.</summary>
    private MemberProgress Admit(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch != GroupEpoch.Joining)
        {
            return _state.ProgressOf(request.MemberId);
        }
        if (_statics.Find(request.InstanceId) is { } former && former != request.MemberId)
        {
            Replace(former, request.MemberId);
        }
        return _state.ProgressOf(request.MemberId) with { Epoch = GroupEpoch.Joining, State = MemberState.Stable, Revoking = PartitionSet.Empty };
    }

    /// <summary>Has a newcomer take the place of the static member of its name, with everything that it had.</summary>
    private void Replace(string former, string memberId)
    {
        MemberSubscription subscription = _state.Subscriptions[former];
        PartitionSet target = _state.TargetOf(former);
        MemberProgress progress = _state.ProgressOf(former);
        Remove(former);
        Emit(new SubscriptionChange(memberId, subscription));
        Emit(new TargetChange(memberId, target));
        Emit(new ProgressChange(memberId, progress with { Epoch = GroupEpoch.Joining, PreviousEpoch = GroupEpoch.Leaving }));
    }

    private void Subscribe(string memberId, ConsumerHeartbeatRequest request, TopicImage image)
    {
        MemberSubscription? known = _state.Subscriptions.GetValueOrDefault(memberId);
        MemberSubscription wanted = (known ?? new MemberSubscription()).With(request);
        if (!wanted.Equals(known))
        {
            Emit(new SubscriptionChange(memberId, wanted));
        }
        bool isOther = known is null || !wanted.ReadsTheSameAs(known);
        if (isOther || _image?.Version != image.Version)
        {
            _image = image;
            long hash = _topics.Hash(image);
            if (isOther || hash != _state.Mark.TopicsHash)
            {
                Emit(new GroupEpochChange(new GroupMark(Epoch.Next(), hash)));
            }
        }
    }

    private void MakeTarget(TopicImage image)
    {
        if (Epoch == TargetEpoch)
        {
            return;
        }
        IPartitionAssignor assignor = PartitionAssignors.Get(PartitionAssignors.Prefer(_state.Subscriptions.Values));
        var resolved = new Dictionary<MemberSubscription, IReadOnlyList<ImageTopic>>(SameTopics.Comparer);
        AssignmentMember[] members =
            [.. _state.Subscriptions.Select(pair => new AssignmentMember(pair.Key, pair.Value.InstanceId, Resolve(pair.Value), _state.TargetOf(pair.Key)))];
        foreach ((string memberId, PartitionSet target) in assignor.Assign(members))
        {
            if (!target.Equals(_state.TargetOf(memberId)))
            {
                Emit(new TargetChange(memberId, target));
            }
        }
        Emit(new TargetEpochChange(Epoch));

        IReadOnlyList<ImageTopic> Resolve(MemberSubscription subscription)
        {
            if (!resolved.TryGetValue(subscription, out IReadOnlyList<ImageTopic>? topics))
            {
                resolved.Add(subscription, topics = _topics.Resolve(subscription, image));
            }
            return topics;
        }
    }

    private ConsumerHeartbeatReply Leave(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch == GroupEpoch.LeavingForRestart)
        {
            // Its session goes on: in that time it comes back, or others get its partitions.
            MemberProgress away = _state.ProgressOf(request.MemberId) with { Epoch = GroupEpoch.LeavingForRestart, Revoking = PartitionSet.Empty };
            if (away != _state.ProgressOf(request.MemberId))
            {
                Emit(new ProgressChange(request.MemberId, away));
            }
            _timers.Await(request.MemberId, long.MaxValue);
        }
        else
        {
            Remove(request.MemberId);
            Bump();
        }
        return new ConsumerHeartbeatReply { MemberId = request.MemberId, Epoch = request.Epoch };
    }

    private void Remove(string memberId)
    {
        Emit(new ProgressChange(memberId, null));
        Emit(new TargetChange(memberId, null));
        Emit(new SubscriptionChange(memberId, null));
        _timers.Remove(memberId);
    }

    private void Bump() => Emit(new GroupEpochChange(new GroupMark(Epoch.Next(), _image is { } image ? _topics.Hash(image) : _state.Mark.TopicsHash)));

    private void AwaitRevocation(string memberId, MemberSubscription subscription, long nowMs) =>
        _timers.Await(memberId, _state.ProgressOf(memberId).State == MemberState.Unrevoked ? nowMs + subscription.RebalanceTimeoutMs : long.MaxValue);

    private void Emit(ConsumerGroupChange change)
    {
        _changes.Add(change);
        Apply(change);
    }

    /// <summary>Changes the state and what is derived from it.</summary>
    private void Apply(ConsumerGroupChange change)
    {
        switch (change)
        {
            case SubscriptionChange subscription:
                MemberSubscription? known = _state.Subscriptions.GetValueOrDefault(subscription.MemberId);
                _topics.Move(known, subscription.Value);
                _statics.Move(subscription.MemberId, known?.InstanceId, subscription.Value?.InstanceId);
                _state.Apply(change);
                break;
            case ProgressChange progress:
                MemberProgress before = _state.ProgressOf(progress.MemberId);
                _owners.Move(progress.MemberId, before, progress.Value);
                _reconciledCount += CountReconciled(progress.Value) - CountReconciled(before);
                _state.Apply(change);
                break;
            case TargetEpochChange:
                _state.Apply(change);
                _reconciledCount = _state.Subscriptions.Keys.Count(memberId => _state.ProgressOf(memberId).IsReconciledTo(TargetEpoch));
                break;
            default:
                _state.Apply(change);
                break;
        }
    }

    private int CountReconciled(MemberProgress? progress) => progress?.IsReconciledTo(TargetEpoch) == true ? 1 : 0;

    private DescribedConsumer Describe(string memberId, MemberSubscription subscription)
    {
        MemberProgress progress = _state.ProgressOf(memberId);
        return new DescribedConsumer
        {
            MemberId = memberId,
            InstanceId = subscription.InstanceId,
            RackId = subscription.RackId,
            Epoch = progress.Epoch,
            ClientId = subscription.ClientId,
            ClientHost = subscription.ClientHost,
            TopicNames = subscription.TopicNames,
            TopicPattern = subscription.TopicPattern,
            Assignment = progress.Assigned.ToTopics(),
            Target = _state.TargetOf(memberId).ToTopics(),
        };
    }
}
