namespace StreamCoord.Groups.Classic;

/// <summary>
/// The members of one group in the classic protocol: who belongs to which generation, who leads it and what each was assigned. Pure: time comes in with every call, answers that come later and what is
/// to be made durable go out through <see cref="TakeOutputs"/>, which the caller empties after every call.
/// </summary>
/// <remarks>
/// Owns its members. Not safe for concurrent use. A finished call has changed memory only; an assignment is handed out after its write was reported durable. Always the
/// generation only rises, and a group with members has a leader among them. Behaviour as Apache Kafka's, but: silent static members are not waited for when the others sync, and a member may change
/// to protocols that all others know.
/// </remarks>
public sealed class ClassicGroup : IGroup
{
    /// <summary>How long a newcomer is kept whose client may have gone: it would come back as another one.</summary>
    private const int NewcomerTimeoutMs = 5 * 60 * 1_000;

    private readonly GroupOptions _options;
    private readonly GroupRefusals _refusals;
    private readonly GroupMembers _members = new();
    private readonly MemberChecks _checks;
    private readonly JoinPhase _joinPhase;
    private readonly GroupAnswers _answers;
    private readonly HashSet<GroupMember> _unsynced = [];
    private readonly Dictionary<string, long> _announced = [];
    private readonly GroupWrites _writes;
    private long _syncDeadlineMs = GroupMember.Never;

    /// <summary>An empty group that nothing is known of.</summary>
    public ClassicGroup(string groupId, GroupOptions options, long nowMs)
    {
        (GroupId, _options, StateTimestampMs) = (groupId, options, nowMs);
        (_refusals, _answers) = (new GroupRefusals(groupId), new GroupAnswers(_members));
        _writes = new GroupWrites(_answers);
        (_checks, _joinPhase) = (new MemberChecks(_refusals, _members, options), new JoinPhase(options.InitialRebalanceDelayMs));
    }

    /// <summary>The group as it was written; its members' sessions begin anew. When no leader is named they are to join again.</summary>
    public ClassicGroup(string groupId, GroupOptions options, GroupMetadata metadata, long nowMs)
        : this(groupId, options, metadata.StateTimestampMs < 0 ? nowMs : metadata.StateTimestampMs)
    {
        (ProtocolType, Generation, Protocol) = (metadata.ProtocolType.Length == 0 ? null : metadata.ProtocolType, metadata.Generation, metadata.Protocol);
        foreach (MemberMetadata written in metadata.Members)
        {
            GroupMember member = GroupMember.From(written);
            _members.Add(member, written.Protocols ?? [new GroupProtocol(metadata.Protocol ?? "", written.Subscription)]);
            Renew(member, nowMs);
        }
        _members.SetLeader(metadata.Leader);
        State = _members.Count == 0 ? GroupState.Empty : GroupState.Stable;
        SubscribedTopics = _members.ReadTopics(ProtocolType, Protocol);
        if (_members.Count > 0 && metadata.Leader is null)
        {
            PrepareRebalance(nowMs);
        }
    }

    /// <inheritdoc/>
    public string GroupId { get; }

    /// <inheritdoc/>
    public GroupType Type => GroupType.Classic;

    /// <inheritdoc/>
    public GroupState State { get; private set; }

    /// <summary>When the group came into its state, milliseconds since 1970.</summary>
    public long StateTimestampMs { get; private set; }

    /// <summary>The newest generation; 0 before the first.</summary>
    public int Generation { get; private set; }

    /// <inheritdoc/>
    public string? ProtocolType { get; private set; }

    /// <summary>The protocol that was chosen for the newest generation; null when there is none.</summary>
    public string? Protocol { get; private set; }

    /// <summary>The topics of the newest generation; null when the members' protocol does not tell.</summary>
    public IReadOnlySet<string>? SubscribedTopics { get; private set; }

    /// <inheritdoc/>
    public bool HasMembers => _members.Count + _announced.Count > 0;

    /// <inheritdoc/>
    public long NextDeadlineMs { get; private set; } = GroupMember.Never;

    /// <summary>What is to be done since it was asked last, in its order.</summary>
    public IReadOnlyList<GroupOutput> TakeOutputs() => _answers.Take();

    /// <summary>Takes a join; its answer is an output of this or of a later call.</summary>
    /// <param name="token">Names the request.</param>
    /// <param name="request">The request.</param>
    /// <param name="fresh">A random number, for the id of a new member.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public void Join(RequestToken token, JoinGroupRequest request, Guid fresh, long nowMs)
    {
        GroupMember? member = _members.Find(request.MemberId);
        GroupMember? own = member ?? _members.FindInstance(request.GroupInstanceId);
        if (_checks.CheckJoin(request, own, ProtocolType, State) is { } refusal)
        {
            _answers.RefuseJoin(token, refusal, request.MemberId);
        }
        else if (!_checks.Accepts(own, State))
        {
            _answers.RefuseJoin(token, _refusals.Full(_options.MembersMax), "");
            Forget(request.MemberId, member, nowMs);
        }
        else if (request.MemberId.Length == 0)
        {
            JoinAsNewcomer(token, request, fresh, nowMs);
        }
        else if (request.GroupInstanceId is null && _announced.Remove(request.MemberId))
        {
            Add(token, request, request.MemberId, nowMs);
        }
        else if (_checks.CheckMember(request.MemberId, request.GroupInstanceId) is { } problem)
        {
            _answers.RefuseJoin(token, problem, request.MemberId);
        }
        else
        {
            JoinAgain(token, request, member!, nowMs);
        }
    }

    /// <summary>Takes a sync; its answer is an output of this or of a later call.</summary>
    public void Sync(RequestToken token, SyncGroupRequest request, long nowMs)
    {
        // What was chosen may be another protocol since, but then a rebalance is under way: only the other answer makes clients give up.
        GroupReply? rebalancing = State == GroupState.PreparingRebalance ? _refusals.Rebalancing : null;
        if ((CheckGeneration(request.MemberId, request.GroupInstanceId, request.GenerationId) ?? rebalancing ?? _checks.CheckProtocol(request, ProtocolType, Protocol)) is { } problem)
        {
            _answers.RefuseSync(token, problem);
            return;
        }
        GroupMember member = _members.Find(request.MemberId)!;
        RemoveUnsynced(member);
        if (State == GroupState.Stable)
        {
            Renew(member, nowMs);
            _answers.Add(new SyncAnswered(token, Assigned(member)));
            return;
        }
        _answers.RefuseSync(member, _refusals.AskedAgain);
        (member.AwaitingSync, member.DeadlineMs) = (token, GroupMember.Never);
        if (member == _members.Leader && !_writes.HasAssignmentsOf(Generation))
        {
            WriteAssignments(request.Assignments);
        }
    }

    /// <summary>Takes a sign of life.</summary>
    public GroupReply Heartbeat(HeartbeatRequest request, long nowMs)
    {
        if (CheckGeneration(request.MemberId, request.GroupInstanceId, request.GenerationId) is { } problem)
        {
            return problem;
        }
        GroupMember member = _members.Find(request.MemberId)!;
        Touch(member, nowMs);
        return State == GroupState.PreparingRebalance ? _refusals.Rebalancing : GroupReply.Done;
    }

    /// <summary>Removes members; the group rebalances when one of them belonged to it.</summary>
    public LeaveGroupReply Leave(IReadOnlyList<LeavingMember> members, long nowMs)
    {
        return State == GroupState.Dead
            ? new LeaveGroupReply(_refusals.Gone.Error, _refusals.Gone.Message, [])
            : new LeaveGroupReply(ErrorCode.None, null, [.. members.Select(leaving => new LeftMember(leaving.MemberId, leaving.GroupInstanceId, Leave(leaving, nowMs)))]);
    }

    /// <summary>Whether somebody may commit offsets now; a member's commit is a sign of life too. Success, or why not.</summary>
    public GroupReply CheckCommit(CommitOffsetsRequest request, long nowMs)
    {
        if (State == GroupState.Dead || (request.GenerationId < 0 && State == GroupState.Empty))
        {
            return _refusals.CheckId() ?? (State == GroupState.Dead ? _refusals.Gone : GroupReply.Done);
        }
        if (request.GenerationId < 0 && request.MemberId.Length == 0 && request.GroupInstanceId is null)
        {
            return _refusals.NotAMember;
        }
        if (State == GroupState.Empty && ProtocolType is null)
        {
            return _refusals.NoGeneration(request.GenerationId);
        }
        if (CheckGeneration(request.MemberId, request.GroupInstanceId, request.GenerationId) is { } problem)
        {
            return problem;
        }
        Touch(_members.Find(request.MemberId)!, nowMs);
        return State == GroupState.CompletingRebalance ? _refusals.Rebalancing : GroupReply.Done;
    }

    /// <summary>Anybody may: generations do not say who reads what.</summary>
    public GroupReply CheckFetch(FetchingMember? member) => GroupReply.Done;

    /// <inheritdoc/>
    public GroupReply CheckDeleteOffsets() => State switch
    {
        GroupState.Dead => _refusals.NotFound,
        GroupState.Empty => GroupReply.Done,
        _ when ProtocolType == ConsumerSubscription.ProtocolType => GroupReply.Done,
        _ => _refusals.UnreadableProtocol(ProtocolType),
    };

    /// <inheritdoc/>
    public bool SubscribesTo(string topic) => SubscribedTopics?.Contains(topic) ?? false;

    /// <summary>Since the group has no members; in a stable group that reads the topic no more, and in one that never had members, since the commit.</summary>
    public long? ExpiryBaseMs(string topic, long commitTimestampMs) => State switch
    {
        GroupState.Empty when ProtocolType is null => commitTimestampMs,
        GroupState.Empty => Math.Max(StateTimestampMs, commitTimestampMs),
        GroupState.Stable when SubscribedTopics is { } topics && !topics.Contains(topic) => commitTimestampMs,
        _ => null,
    };

    /// <inheritdoc/>
    public GroupReply TryEnd()
    {
        if (State != GroupState.Empty || _announced.Count > 0)
        {
            return State == GroupState.Dead ? _refusals.NotFound : _refusals.NotEmpty;
        }
        State = GroupState.Dead;
        return GroupReply.Done;
    }

    /// <summary>The members as they are, but for those that wait and were never told their ids: their clients will come back as others.</summary>
    public IReadOnlyList<MemberMetadata> ToMembers() => _members.ToMetadata(Protocol);

    /// <summary>Ends the group because it has become a consumer group; whoever waits is to join that.</summary>
    public void EndForUpgrade()
    {
        _answers.RefuseAll(_refusals.Rebalancing);
        _writes.RefuseReplacements(_refusals.Rebalancing);
        State = GroupState.Dead;
    }

    /// <summary>Does what is due: sessions that end, rebalances that wait no longer.</summary>
    public void Advance(long nowMs)
    {
        foreach (string id in _announced.Where(announced => announced.Value <= nowMs).Select(announced => announced.Key).ToArray())
        {
            _announced.Remove(id);
            MaybeCompleteJoin(nowMs);
        }
        foreach (GroupMember member in _members.All.Where(member => member.DeadlineMs <= nowMs).ToArray())
        {
            // The removal of another one may have begun a generation, and with it new sessions.
            if (member.DeadlineMs <= nowMs)
            {
                RemoveAndRebalance(member, nowMs);
            }
        }
        if (_joinPhase.DeadlineMs <= nowMs)
        {
            EndJoinPhase(nowMs);
        }
        if (_syncDeadlineMs <= nowMs)
        {
            EndSyncPhase(nowMs);
        }
        NextDeadlineMs = _members.All.Select(member => member.DeadlineMs).Concat(_announced.Values).Append(Math.Min(_joinPhase.DeadlineMs, _syncDeadlineMs)).Min();
    }

    /// <summary>Tells the outcome of a <see cref="MetadataToWrite"/>.</summary>
    /// <param name="writeId">The write.</param>
    /// <param name="error"><see cref="ErrorCode.None"/> when it is durable; else it is not written and never will be.</param>
    /// <param name="message">What is wrong, for people; null on success.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public void CompleteWrite(long writeId, ErrorCode error, string? message, long nowMs)
    {
        PendingWrite write = _writes.Complete(writeId, error, message);
        if (write.Assignments is null || State != GroupState.CompletingRebalance || write.Generation != Generation)
        {
            return;
        }
        if (error != ErrorCode.None)
        {
            RefuseSyncs(new GroupReply(error, message), nowMs);
            PrepareRebalance(nowMs);
            return;
        }
        (State, StateTimestampMs) = (GroupState.Stable, nowMs);
        foreach (GroupMember member in _members.All)
        {
            member.Assignment = write.Assignments.GetValueOrDefault(member.Id);
            if (_answers.AnswerSync(member, Assigned(member)))
            {
                Renew(member, nowMs);
            }
        }
    }

    /// <summary>The group as it is.</summary>
    public GroupDescription Describe()
    {
        string? protocol = State == GroupState.Stable ? Protocol : null;
        return new GroupDescription(
            ErrorCode.None, null, GroupId, State, ProtocolType ?? "", protocol ?? "", Generation, [.. _members.All.Select(member => member.Describe(protocol))]);
    }

    private void Forget(string memberId, GroupMember? member, long nowMs)
    {
        _announced.Remove(memberId);
        if (member is not null)
        {
            RemoveAndRebalance(member, nowMs);
        }
    }

    private void JoinAsNewcomer(RequestToken token, JoinGroupRequest request, Guid fresh, long nowMs)
    {
        string id = $"{request.GroupInstanceId ?? request.ClientId}-{fresh:d}";
        if (request.GroupInstanceId is { } instance)
        {
            if (_members.FindInstance(instance) is { } former)
            {
                Replace(token, request, former, id, nowMs);
                return;
            }
        }
        else if (request.RequiresKnownMemberId)
        {
            _announced.Add(id, Schedule(nowMs + request.SessionTimeoutMs));
            _answers.RefuseJoin(token, _refusals.IdRequired(id), id);
            return;
        }
        Add(token, request, id, nowMs);
    }

    private void Add(RequestToken token, JoinGroupRequest request, string id, long nowMs)
    {
        var member = new GroupMember(id, request.GroupInstanceId) { IsNameless = request is { MemberId: "", GroupInstanceId: null } };
        member.Take(request);
        if (_members.Count == 0)
        {
            ProtocolType = request.ProtocolType;
        }
        _members.Add(member, request.Protocols);
        _members.BeginJoin(member, token);
        member.DeadlineMs = Schedule(nowMs + NewcomerTimeoutMs);
        _joinPhase.NoteNewcomer();
        RebalanceOrComplete(nowMs);
    }

    private void JoinAgain(RequestToken token, JoinGroupRequest request, GroupMember member, long nowMs)
    {
        bool isUnchanged = member.Supports(request.Protocols);
        bool stays = State switch
        {
            GroupState.CompletingRebalance => isUnchanged,
            GroupState.Stable => isUnchanged && member != _members.Leader,
            _ => false,
        };
        if (stays)
        {
            Touch(member, nowMs);
            _answers.Add(new JoinAnswered(token, Joined(member)));
            return;
        }
        Update(token, request, member);
        RebalanceOrComplete(nowMs);
    }

    /// <summary>Has a newcomer take the place of the static member of its name; whoever had it hears of that.</summary>
    private void Replace(RequestToken token, JoinGroupRequest request, GroupMember member, string id, long nowMs)
    {
        string formerLeader = _members.Leader!.Id;
        _answers.RefuseBoth(member, _refusals.Fenced(member.InstanceId!));
        _members.Rename(member, id);
        if (State != GroupState.Stable)
        {
            Update(token, request, member);
            RebalanceOrComplete(nowMs);
            return;
        }
        member.Take(request);
        _members.SetProtocols(member, request.Protocols);
        Renew(member, nowMs);
        if (_members.SelectProtocol() != Protocol)
        {
            Await(token, member);
            PrepareRebalance(nowMs);
            return;
        }
        // The assignment stands. A leader that cannot skip the assigning is told that its former self leads: it would assign again otherwise.
        JoinGroupReply reply = Joined(member);
        reply = request.SupportsSkippingAssignment
            ? reply with { SkipAssignment = member == _members.Leader }
            : reply with { Leader = formerLeader, Members = [] };
        SubscribedTopics = _members.ReadTopics(ProtocolType, Protocol);
        Write(new PendingWrite(Generation, null, new JoinAnswered(token, reply)), member => member.Assignment);
    }

    private void Update(RequestToken token, JoinGroupRequest request, GroupMember member)
    {
        member.Take(request);
        _members.SetProtocols(member, request.Protocols);
        Await(token, member);
    }

    private void Await(RequestToken token, GroupMember member)
    {
        if (_members.BeginJoin(member, token) is { } before)
        {
            _answers.RefuseJoin(before, _refusals.AskedAgain, member.Id);
        }
        member.DeadlineMs = GroupMember.Never;
    }

    private ErrorCode Leave(LeavingMember leaving, long nowMs)
    {
        string id = leaving.MemberId;
        if (id.Length == 0)
        {
            id = _members.FindInstance(leaving.GroupInstanceId)?.Id ?? "";
        }
        if (leaving.GroupInstanceId is null && _announced.Remove(id))
        {
            MaybeCompleteJoin(nowMs);
            return ErrorCode.None;
        }
        if (_checks.CheckMember(id, leaving.GroupInstanceId) is { } problem)
        {
            return problem.Error;
        }
        RemoveAndRebalance(_members.Find(id)!, nowMs);
        return ErrorCode.None;
    }

    private void RemoveAndRebalance(GroupMember member, long nowMs)
    {
        Remove(member);
        RebalanceOrComplete(nowMs);
    }

    private void Remove(GroupMember member)
    {
        _answers.RefuseBoth(member, _refusals.Removed);
        _members.Remove(member);
        RemoveUnsynced(member);
    }

    private void RemoveUnsynced(GroupMember member)
    {
        if (_unsynced.Remove(member) && _unsynced.Count == 0)
        {
            _syncDeadlineMs = GroupMember.Never;
        }
    }

    private void RebalanceOrComplete(long nowMs)
    {
        if (State == GroupState.PreparingRebalance)
        {
            MaybeCompleteJoin(nowMs);
        }
        else
        {
            PrepareRebalance(nowMs);
        }
    }

    private void PrepareRebalance(long nowMs)
    {
        RefuseSyncs(_refusals.Rebalancing, nowMs);
        _unsynced.Clear();
        _syncDeadlineMs = GroupMember.Never;
        bool isInitial = State == GroupState.Empty;
        (State, StateTimestampMs) = (GroupState.PreparingRebalance, nowMs);
        _joinPhase.Begin(isInitial, _members.RebalanceTimeoutMs, nowMs);
        Schedule(_joinPhase.DeadlineMs);
        MaybeCompleteJoin(nowMs);
    }

    private void MaybeCompleteJoin(long nowMs)
    {
        if (State == GroupState.PreparingRebalance && !_joinPhase.IsInitial && _members.JoiningCount == _members.Count && _announced.Count == 0)
        {
            CompleteJoin(nowMs);
        }
    }

    private void EndJoinPhase(long nowMs)
    {
        if (_joinPhase.TryProlong(nowMs))
        {
            Schedule(_joinPhase.DeadlineMs);
            return;
        }
        foreach (GroupMember member in _members.All.Where(member => member is { AwaitingJoin: null, InstanceId: null }).ToArray())
        {
            Remove(member);
        }
        if (_members.Count > 0 && !_members.TryElectJoinedLeader())
        {
            // Only static members are left, none of which has come back: their sessions end, or one comes.
            _joinPhase.Begin(isInitial: false, Math.Max(1, _members.RebalanceTimeoutMs), nowMs);
            Schedule(_joinPhase.DeadlineMs);
            return;
        }
        CompleteJoin(nowMs);
    }

    private void CompleteJoin(long nowMs)
    {
        _joinPhase.End();
        _members.TryElectJoinedLeader();
        Generation = checked(Generation + 1);
        if (_members.Count == 0)
        {
            Protocol = null;
            SubscribedTopics = _members.ReadTopics(ProtocolType, Protocol);
            (State, StateTimestampMs) = (GroupState.Empty, nowMs);
            Write(new PendingWrite(Generation, null, null), _ => ReadOnlyMemory<byte>.Empty);
            return;
        }
        Protocol = _members.SelectProtocol();
        SubscribedTopics = _members.ReadTopics(ProtocolType, Protocol);
        (State, StateTimestampMs) = (GroupState.CompletingRebalance, nowMs);
        foreach (GroupMember member in _members.All)
        {
            if (_answers.AnswerJoin(member, Joined(member)))
            {
                Renew(member, nowMs);
                _unsynced.Add(member);
            }
        }
        _syncDeadlineMs = Schedule(nowMs + _members.RebalanceTimeoutMs);
    }

    private void EndSyncPhase(long nowMs)
    {
        foreach (GroupMember member in _unsynced.ToArray())
        {
            Remove(member);
        }
        PrepareRebalance(nowMs);
    }

    private void WriteAssignments(IReadOnlyList<MemberAssignment> given)
    {
        var assignments = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (MemberAssignment assignment in given)
        {
            assignments[assignment.MemberId] = assignment.Assignment;
        }
        Write(new PendingWrite(Generation, assignments, null), member => assignments.GetValueOrDefault(member.Id));
    }

    private void Write(PendingWrite write, Func<GroupMember, ReadOnlyMemory<byte>> assignmentOf)
    {
        MemberMetadata[] members = [.. _members.All.Select(member => member.ToMetadata(Protocol, assignmentOf(member)))];
        _writes.Begin(write, new GroupMetadata(ProtocolType ?? "", Generation, Protocol, _members.Leader?.Id, StateTimestampMs, members));
    }

    private JoinGroupReply Joined(GroupMember member) => _answers.Joined(member, Generation, ProtocolType, Protocol);

    private SyncGroupReply Assigned(GroupMember member) => new(ErrorCode.None, null, ProtocolType, Protocol, member.Assignment);

    /// <summary>Why a request of a member is not one of a member of this generation; null when it is.</summary>
    private GroupReply? CheckGeneration(string memberId, string? instanceId, int generation) => State == GroupState.Dead
        ? _refusals.Gone
        : _checks.CheckMember(memberId, instanceId) ?? (generation == Generation ? null : _refusals.OldGeneration(generation, Generation));

    private void RefuseSyncs(GroupReply refusal, long nowMs)
    {
        foreach (GroupMember member in _members.All)
        {
            if (_answers.RefuseSync(member, refusal))
            {
                Renew(member, nowMs);
            }
        }
    }

    private void Renew(GroupMember member, long nowMs) => member.DeadlineMs = Schedule(nowMs + member.SessionTimeoutMs);

    // Who waits for an answer has no session to lose until it comes.
    private void Touch(GroupMember member, long nowMs)
    {
        if (member.AwaitingJoin is null && member.AwaitingSync is null)
        {
            Renew(member, nowMs);
        }
    }

    private long Schedule(long deadlineMs)
    {
        NextDeadlineMs = Math.Min(NextDeadlineMs, deadlineMs);
        return deadlineMs;
    }
}
