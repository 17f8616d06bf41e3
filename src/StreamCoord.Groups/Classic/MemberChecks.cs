namespace StreamCoord.Groups.Classic;

/// <summary>Whether a request fits the members that there are. Changes nothing; each check returns null when all is well, else the refusal.</summary>
internal sealed class MemberChecks(GroupRefusals refusals, GroupMembers members, GroupOptions options)
{
    /// <summary>The longest text, in characters: in any of them it fits into a text field of a record, with a number behind it.</summary>
    private const int TextMax = 8_000;

    /// <summary>Whether a join may be considered at all; <paramref name="member"/> is the one that it is for, or whose place it takes.</summary>
    public GroupReply? CheckJoin(JoinGroupRequest request, GroupMember? member, string? protocolType, GroupState state)
    {
        if (refusals.CheckId() is { } emptyId)
        {
            return emptyId;
        }
        string?[] texts = [request.MemberId, request.GroupInstanceId, request.ClientId, request.ClientHost, request.ProtocolType, .. request.Protocols.Select(each => each.Name)];
        if (texts.Any(text => text?.Length > TextMax))
        {
            return GroupRefusals.TooLong(TextMax);
        }
        if (request.SessionTimeoutMs < options.SessionTimeoutMsMin || request.SessionTimeoutMs > options.SessionTimeoutMsMax)
        {
            return GroupRefusals.SessionTimeout(request.SessionTimeoutMs, options);
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
