using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer.Assignors;
using StreamCoord.Groups.Conversion;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// The members of one group in the protocol of KIP-848: the service assigns, and each member gives back and gets at its own pace. Some may speak the classic protocol, while clients are upgraded. Pure: time and the topics come in with every call, and what is to be
/// made durable goes out through <see cref="TakeChanges"/>, which the caller empties after every call.
/// </summary>
/// <remarks>
/// Owns its state. Not safe for concurrent use. A finished call has changed memory only; nobody may be told of it before its changes, and all before them, are durable. Always no partition is held by
/// two members, a member's epoch is not above the target's, and that not above the group's; none of them falls, but for a member that joins again.
/// </remarks>
public sealed class ConsumerGroup : IGroup
{
    private readonly ConsumerMembers _members = new();
    private readonly GroupOptions _options;
    private readonly ConsumerRefusals _refusals;
    private readonly ClassicGuests _guests;
    private bool _isDead;

    /// <summary>A group without members, which exists from its first member on.</summary>
    public ConsumerGroup(string groupId, GroupOptions options)
    {
        (GroupId, _options, _refusals) = (groupId, options, new ConsumerRefusals(groupId));
        _guests = new ClassicGuests(groupId, options, _members);
    }

    /// <summary>The group as it was written; its members' sessions, and their time to give partitions back, begin anew.</summary>
    public ConsumerGroup(string groupId, GroupOptions options, ConsumerGroupState written, ConsumerGroupTimes times, long nowMs)
        : this(groupId, options)
    {
        foreach (ConsumerGroupChange change in written.ToChanges())
        {
            _members.Apply(change);
        }
        foreach ((string memberId, MemberSubscription subscription) in _members.State.Subscriptions)
        {
            _members.Timers.Renew(memberId, nowMs + (subscription.Classic?.SessionTimeoutMs ?? times.SessionTimeoutMs));
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
    public bool HasMembers => _members.Count > 0;

    /// <summary>True when it is to become a classic group: all members speak that protocol, and the policy allows it.</summary>
    public bool IsClassicInDisguise => HasMembers && !_isDead && _members.ClassicCount == _members.Count && _members.Count <= _options.MembersMax
        && _options.MigrationPolicy is GroupMigrationPolicy.Downgrade or GroupMigrationPolicy.Bidirectional;

    /// <summary>The group's epoch.</summary>
    public GroupEpoch Epoch => _members.Epoch;

    /// <summary>The epoch of the target assignment.</summary>
    public GroupEpoch TargetEpoch => _members.TargetEpoch;

    /// <inheritdoc/>
    public long NextDeadlineMs => _members.Timers.NextMs;

    /// <inheritdoc/>
    public GroupState State => this switch
    {
        { _isDead: true } => GroupState.Dead,
        { HasMembers: false } => GroupState.Empty,
        _ when Epoch > TargetEpoch => GroupState.Assigning,
        _ => _members.ReconciledCount == _members.Count ? GroupState.Stable : GroupState.Reconciling,
    };

    /// <summary>What has changed since it was asked last, in its order: one record each.</summary>
    public IReadOnlyList<ConsumerGroupChange> TakeChanges() => _members.TakeChanges();

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

    /// <summary>Takes a join by the classic protocol, which is answered at once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fresh">A random number, for the id of a new member that has none.</param>
    /// <param name="image">The topics that there are.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <returns>The answer, to be given when the changes are durable.</returns>
    public JoinGroupReply Join(JoinGroupRequest request, Guid fresh, TopicImage image, long nowMs) =>
        _isDead ? JoinGroupReply.Refused(_refusals.Gone.Error, _refusals.Gone.Message!, request.MemberId) : _guests.Join(request, fresh, image, nowMs);

    /// <summary>Tells a member of the classic protocol its assignment.</summary>
    public SyncGroupReply Sync(SyncGroupRequest request, TopicImage image, long nowMs) =>
        _isDead ? SyncGroupReply.Refused(_refusals.Gone.Error, _refusals.Gone.Message!) : _guests.Sync(request, image, nowMs);

    /// <summary>Takes a sign of life of a member of the classic protocol, and tells it whether it has to join again.</summary>
    public GroupReply Heartbeat(HeartbeatRequest request, TopicImage image, long nowMs) => _isDead ? _refusals.Gone : _guests.Heartbeat(request, image, nowMs);

    /// <summary>Removes members of the classic protocol.</summary>
    public LeaveGroupReply Leave(IReadOnlyList<LeavingMember> leaving) =>
        _isDead ? new LeaveGroupReply(_refusals.Gone.Error, _refusals.Gone.Message, []) : _guests.Leave(leaving);

    /// <summary>Removes the members whose session is over, or that have not given partitions back in their time.</summary>
    public void Advance(long nowMs)
    {
        IReadOnlyList<string> expired = _members.Timers.TakeExpired(nowMs);
        foreach (string memberId in expired)
        {
            _members.Remove(memberId);
        }
        if (expired.Count > 0)
        {
            BumpUnlessClassic();
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
        return _members.Find(request.MemberId) is { Classic: null } && !request.KnowsMemberEpochs
            ? _refusals.OldCommit
            : CheckEpochOf(request.MemberId, new GroupEpoch(request.GenerationId));
    }

    /// <inheritdoc/>
    public GroupReply CheckFetch(FetchingMember? member) => member is null ? GroupReply.Done : CheckEpochOf(member.MemberId, member.Epoch);

    /// <inheritdoc/>
    public GroupReply CheckDeleteOffsets() => _isDead ? _refusals.NotFound : GroupReply.Done;

    /// <inheritdoc/>
    public bool SubscribesTo(string topic) => _members.Topics.Contains(topic);

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
    public IEnumerable<ConsumerGroupChange> ToDeletions() => _members.State.ToDeletions();

    /// <summary>The classic group that takes the place of this one, which <see cref="IsClassicInDisguise"/>.</summary>
    /// <param name="image">The topics that there are.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public GroupMetadata ToClassic(TopicImage image, long nowMs) => GroupDowngrade.Plan(_members.State, image, nowMs);

    /// <summary>The group as it is.</summary>
    /// <param name="image">The topics that there are.</param>
    public ConsumerGroupDescription Describe(TopicImage image)
    {
        DescribedConsumer[] members = [.. _members.State.Subscriptions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Describe(pair.Key, pair.Value))];
        return new ConsumerGroupDescription
        {
            GroupId = GroupId,
            State = State,
            Epoch = Epoch,
            TargetEpoch = TargetEpoch,
            Assignor = PartitionAssignors.Prefer(_members.State.Subscriptions.Values),
            Members = members,
            TopicNames = members.SelectMany(member => member.Assignment.Concat(member.Target)).Select(topic => image.Find(topic.TopicId)).OfType<ImageTopic>().Distinct()
                .ToDictionary(topic => topic.TopicId, topic => topic.Name),
        };
    }

    private ConsumerHeartbeatReply Beat(ConsumerHeartbeatRequest request, TopicImage image, ConsumerGroupTimes times, long nowMs)
    {
        string memberId = request.MemberId;
        MemberProgress before = Admit(request);
        _members.Subscribe(memberId, (_members.Find(memberId) ?? new MemberSubscription()).With(request), image);
        _members.MakeTarget(image);
        MemberProgress after = _members.Step(memberId, before, request.Owned is null ? null : PartitionSet.From(request.Owned));
        _members.Timers.Renew(memberId, nowMs + times.SessionTimeoutMs);
        bool isOther = after != _members.State.ProgressOf(memberId);
        if (isOther)
        {
            _members.Emit(new ProgressChange(memberId, after));
        }
        if (isOther || request.Epoch == GroupEpoch.Joining)
        {
            AwaitRevocation(memberId, _members.State.Subscriptions[memberId], nowMs);
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
        string? named = _members.Statics.Find(request.InstanceId);
        // Static members of the classic protocol do not say that they leave.
        if (named is not null && named != request.MemberId && _members.Find(named)!.Classic is null && _members.State.ProgressOf(named).Epoch != GroupEpoch.LeavingForRestart)
        {
            return _refusals.Unreleased(request.InstanceId!);
        }
        if (_members.State.Subscriptions.TryGetValue(request.MemberId, out MemberSubscription? known) && known.InstanceId != request.InstanceId)
        {
            return ConsumerRefusals.Illegal("A member keeps the instance id that it has joined with.");
        }
        bool isNew = named is null && known is null;
        return isNew && _members.State.Subscriptions.Count >= _options.ConsumerMembersMax ? _refusals.Full(_options.ConsumerMembersMax) : null;
    }

    /// <summary>Whether the names are those of one member.</summary>
    private GroupReply? CheckNames(ConsumerHeartbeatRequest request)
    {
        if (!_members.State.Exists)
        {
            return _refusals.NotFound;
        }
        if (request.InstanceId is { } instanceId)
        {
            return _members.Statics.Find(instanceId) switch
            {
                null => _refusals.UnknownInstance(instanceId),
                string memberId when memberId != request.MemberId => _refusals.Fenced(instanceId),
                string memberId => CheckKind(memberId),
            };
        }
        return CheckKind(request.MemberId);
    }

    private GroupReply? CheckKind(string memberId) => _members.Find(memberId) is { Classic: null } ? null : _refusals.UnknownMember(memberId);

    // The epoch before the current one is that of a member that has not heard the answer to its last heartbeat, if it has nothing but what it was given.
    private GroupReply? CheckEpoch(ConsumerHeartbeatRequest request)
    {
        MemberProgress progress = _members.State.ProgressOf(request.MemberId);
        bool isLost = request.Epoch == progress.PreviousEpoch && request.Epoch < progress.Epoch && request.Owned is { } owned && PartitionSet.From(owned).IsSubsetOf(progress.Assigned);
        return request.Epoch == progress.Epoch || isLost ? null : _refusals.WrongEpoch(request.Epoch, progress.Epoch);
    }

    private GroupReply CheckEpochOf(string memberId, GroupEpoch epoch)
    {
        if (_members.Find(memberId) is not { } member)
        {
            return _refusals.UnknownMember(memberId);
        }
        GroupEpoch current = _members.State.ProgressOf(memberId).Epoch;
        return current == epoch ? GroupReply.Done : member.Classic is null ? _refusals.StaleEpoch(epoch, current) : _refusals.OldGeneration(epoch, current);
    }

    /// <summary>Where the member stands as its heartbeat begins. Who joins again has nothing, and is given again what it had.</summary>
    private MemberProgress Admit(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch != GroupEpoch.Joining)
        {
            return _members.State.ProgressOf(request.MemberId);
        }
        if (_members.Statics.Find(request.InstanceId) is { } former && former != request.MemberId)
        {
            _members.Replace(former, request.MemberId);
        }
        return _members.State.ProgressOf(request.MemberId) with { Epoch = GroupEpoch.Joining, State = MemberState.Stable, Revoking = PartitionSet.Empty };
    }

    private ConsumerHeartbeatReply Leave(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch == GroupEpoch.LeavingForRestart)
        {
            // Its session goes on: in that time it comes back, or others get its partitions.
            MemberProgress away = _members.State.ProgressOf(request.MemberId) with { Epoch = GroupEpoch.LeavingForRestart, Revoking = PartitionSet.Empty };
            if (away != _members.State.ProgressOf(request.MemberId))
            {
                _members.Emit(new ProgressChange(request.MemberId, away));
            }
            _members.Timers.Await(request.MemberId, long.MaxValue);
        }
        else
        {
            _members.Remove(request.MemberId);
            BumpUnlessClassic();
        }
        return new ConsumerHeartbeatReply { MemberId = request.MemberId, Epoch = request.Epoch };
    }

    // The members of a group that becomes a classic one go on from the epoch that they know: it is their generation, and they are told of a rebalance.
    private void BumpUnlessClassic()
    {
        if (!IsClassicInDisguise)
        {
            _members.Bump();
        }
    }

    private void AwaitRevocation(string memberId, MemberSubscription subscription, long nowMs) =>
        _members.Timers.Await(memberId, _members.State.ProgressOf(memberId).State == MemberState.Unrevoked ? nowMs + subscription.RebalanceTimeoutMs : long.MaxValue);

    private DescribedConsumer Describe(string memberId, MemberSubscription subscription)
    {
        MemberProgress progress = _members.State.ProgressOf(memberId);
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
            Target = _members.State.TargetOf(memberId).ToTopics(),
            IsClassic = subscription.Classic is not null,
        };
    }
}
