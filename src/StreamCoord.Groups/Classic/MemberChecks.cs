namespace StreamCoord.Groups.Classic;

/// <summary>Whether a request fits the members that there are. Changes nothing; each check returns null when all is well, else the refusal.</summary>
internal sealed class MemberChecks(GroupRefusals refusals, GroupMembers members, GroupOptions options)
{
    /// <summary>Whether a join may be considered at all; <paramref name="member"/> is the one that it is for, or whose place it takes.</summary>
    public GroupReply? CheckJoin(JoinGroupRequest request, GroupMember? member, string? protocolType, GroupState state)
    {
        if (JoinChecks.Check(request, options, refusals) is { } illegal)
        {
            return illegal;
        }
        if (state == GroupState.Dead)
        {
            return refusals.Gone;
        }
        bool fits = request.ProtocolType.Length > 0 && request.Protocols.Count > 0
            && (members.Count == 0 || (request.ProtocolType == protocolType && members.OthersSupportOneOf(request.Protocols, member)));
        return fits ? null : refusals.NoCommonProtocol(protocolType);
    }

    /// <summary>Whether there is room for a member; one that is there already, null for a newcomer.</summary>
    public bool Accepts(GroupMember? member, GroupState state) => state switch
    {
        GroupState.Empty => true,
        GroupState.PreparingRebalance => member?.AwaitingJoin is not null || members.JoiningCount < options.MembersMax,
        _ => member is not null || members.Count < options.MembersMax,
    };

    /// <summary>Whether the names are those of one member.</summary>
    public GroupReply? CheckMember(string memberId, string? instanceId)
    {
        if (members.FindInstance(instanceId) is { } named && named.Id != memberId)
        {
            return refusals.Fenced(instanceId!);
        }
        return members.Find(memberId) is { } member && (instanceId is null || member.InstanceId == instanceId) ? null : refusals.UnknownMember(memberId);
    }

    /// <summary>Whether a sync is about the protocol that was chosen.</summary>
    public GroupReply? CheckProtocol(SyncGroupRequest request, string? protocolType, string? protocol) =>
        (request.ProtocolType ?? protocolType) == protocolType && (request.ProtocolName ?? protocol) == protocol ? null : refusals.OtherProtocol(protocolType, protocol);
}
