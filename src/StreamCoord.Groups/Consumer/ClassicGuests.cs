using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// The members of a consumer group that speak the classic protocol. Each takes its epoch for the generation and is answered at once; it joins again when its heartbeat says so, to give back or to get
/// what the service has assigned.
/// </summary>
/// <remarks>
/// Part of a <see cref="ConsumerGroup"/>, whose members it shares. Not safe for concurrent use. What they join with says what they go on reading: nothing in the eager way. A member that
/// is to join again, or to ask for its assignment, is removed when it has not in its rebalance timeout.
/// </remarks>
internal sealed class ClassicGuests(string groupId, GroupOptions options, ConsumerMembers members)
{
    private readonly GroupRefusals _refusals = new(groupId);

    public JoinGroupReply Join(JoinGroupRequest request, Guid fresh, TopicImage image, long nowMs)
    {
        bool isNamed = request.MemberId.Length > 0;
        string memberId = isNamed ? request.MemberId : $"{request.GroupInstanceId ?? request.ClientId}-{fresh:d}";
        EmbeddedSubscription? said = null;
        if ((CheckJoin(request, memberId) ?? CheckProtocols(request, memberId, out said)) is { } refusal)
        {
            return JoinGroupReply.Refused(refusal.Error, refusal.Message!, request.MemberId);
        }
        if (!isNamed && request is { GroupInstanceId: null, RequiresKnownMemberId: true })
        {
            return JoinGroupReply.Refused(ErrorCode.MemberIdRequired, _refusals.IdRequired(memberId).Message!, memberId);
        }
        if (members.Statics.Find(request.GroupInstanceId) is { } former && former != memberId)
        {
            members.Replace(former, memberId);
        }
        MemberSubscription wanted = (members.Find(memberId) ?? new MemberSubscription()).With(request, said!);
        members.Subscribe(memberId, wanted, image);
        members.MakeTarget(image);
        MemberProgress before = members.State.ProgressOf(memberId);
        MemberProgress after = members.Step(memberId, before.Epoch < GroupEpoch.Joining ? before with { Epoch = GroupEpoch.Joining } : before, Owned(said!, image));
        if (after != before)
        {
            members.Emit(new ProgressChange(memberId, after));
        }
        members.Timers.Renew(memberId, nowMs + request.SessionTimeoutMs);
        members.Timers.Await(memberId, nowMs + wanted.RebalanceTimeoutMs);
        return new JoinGroupReply
        {
            MemberId = memberId,
            GenerationId = after.Epoch.Value,
            ProtocolType = ConsumerSubscription.ProtocolType,
            ProtocolName = wanted.Classic!.Protocol,
        };
    }

    public SyncGroupReply Sync(SyncGroupRequest request, TopicImage image, long nowMs)
    {
        if ((CheckMember(request.MemberId, request.GroupInstanceId) ?? CheckEpoch(request.MemberId, request.GenerationId) ?? CheckProtocol(request)) is { } refusal)
        {
            return SyncGroupReply.Refused(refusal.Error, refusal.Message!);
        }
        MemberSubscription member = members.Find(request.MemberId)!;
        MemberProgress progress = members.State.ProgressOf(request.MemberId);
        // Who has to give back first is told what it keeps; what has changed since then it learns when it joins without the rest.
        if (progress.Epoch < members.Epoch && progress.State != MemberState.Unrevoked)
        {
            members.Timers.AwaitUnlessAwaited(request.MemberId, nowMs + member.RebalanceTimeoutMs);
            return SyncGroupReply.Refused(_refusals.Rebalancing.Error, _refusals.Rebalancing.Message!);
        }
        members.Timers.Renew(request.MemberId, nowMs + member.Classic!.SessionTimeoutMs);
        members.Timers.Await(request.MemberId, progress.State == MemberState.Unrevoked ? nowMs + member.RebalanceTimeoutMs : long.MaxValue);
        byte[] assignment = EmbeddedAssignment.Write(image.NamesOf(progress.Assigned), member.Classic.AssignmentVersion);
        return new SyncGroupReply(ErrorCode.None, null, ConsumerSubscription.ProtocolType, request.ProtocolName ?? member.Classic.Protocol, assignment);
    }

    public GroupReply Heartbeat(HeartbeatRequest request, TopicImage image, long nowMs)
    {
        if ((CheckMember(request.MemberId, request.GroupInstanceId) ?? CheckEpoch(request.MemberId, request.GenerationId)) is { } refusal)
        {
            return refusal;
        }
        MemberSubscription member = members.Find(request.MemberId)!;
        members.Timers.Renew(request.MemberId, nowMs + member.Classic!.SessionTimeoutMs);
        members.NoteTopics(areOthers: false, image);
        MemberProgress progress = members.State.ProgressOf(request.MemberId);
        bool isUpToDate = progress.Epoch == members.Epoch && progress.State switch
        {
            MemberState.Stable => true,
            MemberState.Unreleased => members.WaitsForOthers(request.MemberId),
            _ => false,
        };
        if (isUpToDate)
        {
            return GroupReply.Done;
        }
        members.Timers.AwaitUnlessAwaited(request.MemberId, nowMs + member.RebalanceTimeoutMs);
        return _refusals.Rebalancing;
    }

    public LeaveGroupReply Leave(IReadOnlyList<LeavingMember> leaving)
    {
        LeftMember[] left = [.. leaving.Select(Leave)];
        if (left.Any(member => member.Error == ErrorCode.None))
        {
            members.Bump();
        }
        return new LeaveGroupReply(ErrorCode.None, null, left);
    }

    private LeftMember Leave(LeavingMember leaving)
    {
        string memberId = leaving.MemberId.Length > 0 ? leaving.MemberId : members.Statics.Find(leaving.GroupInstanceId) ?? "";
        if (CheckMember(memberId, leaving.GroupInstanceId) is { } refusal)
        {
            return new LeftMember(leaving.MemberId, leaving.GroupInstanceId, refusal.Error);
        }
        members.Remove(memberId);
        return new LeftMember(leaving.MemberId, leaving.GroupInstanceId, ErrorCode.None);
    }

    private GroupReply? CheckJoin(JoinGroupRequest request, string memberId)
    {
        if (JoinChecks.Check(request, options, _refusals) is { } illegal)
        {
            return illegal;
        }
        string? named = members.Statics.Find(request.GroupInstanceId);
        if (request.MemberId.Length > 0 && request.GroupInstanceId is { } instanceId && named != memberId)
        {
            return named is null ? _refusals.UnknownMember(memberId) : _refusals.Fenced(instanceId);
        }
        bool isNew = named is null && members.Find(memberId) is null;
        return isNew && members.Count >= options.ConsumerMembersMax ? new ConsumerRefusals(groupId).Full(options.ConsumerMembersMax) : null;
    }

    /// <summary>Whether the member can be read, and supports something that all others of the classic protocol support, so that the group can become theirs again.</summary>
    private GroupReply? CheckProtocols(JoinGroupRequest request, string memberId, out EmbeddedSubscription? said)
    {
        said = request.Protocols.Count > 0 ? EmbeddedSubscription.TryRead(request.Protocols[0].Metadata.Span) : null;
        if (request.ProtocolType != ConsumerSubscription.ProtocolType || said is null || said.Topics.Any(topic => topic.Length > JoinChecks.TextMax))
        {
            return _refusals.NoCommonProtocol(ConsumerSubscription.ProtocolType);
        }
        string? replaced = members.Statics.Find(request.GroupInstanceId);
        ClassicTraits[] others = [.. members.State.Subscriptions.Where(pair => pair.Value.Classic is not null && pair.Key != memberId && pair.Key != replaced).Select(pair => pair.Value.Classic!)];
        bool isCommon = request.Protocols.Any(protocol => others.All(other => other.Knows(protocol.Name)));
        return isCommon ? null : _refusals.NoCommonProtocol(ConsumerSubscription.ProtocolType);
    }

    private GroupReply? CheckMember(string memberId, string? instanceId)
    {
        if (members.Statics.Find(instanceId) is { } named && named != memberId)
        {
            return _refusals.Fenced(instanceId!);
        }
        return members.Find(memberId) is { Classic: not null } member && (instanceId is null || member.InstanceId == instanceId) ? null : _refusals.UnknownMember(memberId);
    }

    private GroupReply? CheckEpoch(string memberId, int generation)
    {
        int current = members.State.ProgressOf(memberId).Epoch.Value;
        return generation == current ? null : _refusals.OldGeneration(generation, current);
    }

    // A protocol that the member has not named since: the group was another one, or was read from the log, when it was chosen. Only this answer does not make clients give up.
    private GroupReply? CheckProtocol(SyncGroupRequest request)
    {
        ClassicTraits member = members.Find(request.MemberId)!.Classic!;
        if ((request.ProtocolType ?? ConsumerSubscription.ProtocolType) != ConsumerSubscription.ProtocolType)
        {
            return _refusals.OtherProtocol(ConsumerSubscription.ProtocolType, member.Protocol);
        }
        return request.ProtocolName is null || member.Knows(request.ProtocolName) ? null : _refusals.Rebalancing;
    }

    private static PartitionSet Owned(EmbeddedSubscription said, TopicImage image) => image.IdsOf(said.Owned);
}
