namespace StreamCoord.Groups.Classic;

/// <summary>What a group says when it refuses something: the code for programs and the sentence for people. Pure.</summary>
internal sealed class GroupRefusals(string groupId)
{
    /// <summary>The longest group id: it fits into a text field of a record in any characters.</summary>
    private const int IdMax = 8_000;

    public GroupReply Gone => new(ErrorCode.CoordinatorNotAvailable, $"Group '{groupId}' is being deleted. Try again.");

    public GroupReply NotFound => new(ErrorCode.GroupIdNotFound, $"There is no group '{groupId}'.");

    public GroupReply Rebalancing => new(ErrorCode.RebalanceInProgress, $"Group '{groupId}' is rebalancing. Join again.");

    public GroupReply NotEmpty => new(ErrorCode.NonEmptyGroup, $"Group '{groupId}' has members. Stop them, or wait until their sessions have ended.");

    public GroupReply NotAMember => new(ErrorCode.UnknownMemberId, $"Group '{groupId}' has members: only they commit its offsets.");

    public GroupReply Removed => new(ErrorCode.UnknownMemberId, $"The member was removed from group '{groupId}'. Join again with an empty member id.");

    public GroupReply? CheckId() => groupId.Length is > 0 and <= IdMax
        ? null
        : new GroupReply(ErrorCode.InvalidGroupId, $"A group id has 1 to {IdMax} characters.");

    public static GroupReply TooLong(int textMax) => new(ErrorCode.InvalidRequest, $"No text that a member sends may have more than {textMax} characters.");

    public GroupReply AskedAgain => new(ErrorCode.RebalanceInProgress, $"The member has asked group '{groupId}' again by another request.");

    public GroupReply UnknownMember(string memberId) =>
        new(ErrorCode.UnknownMemberId, $"Group '{groupId}' has no member '{memberId}'. Join again with an empty member id.");

    public GroupReply Fenced(string instanceId) => new(ErrorCode.FencedInstanceId, $"Another client has joined group '{groupId}' as '{instanceId}'.");

    public GroupReply OldGeneration(int generation, int current) =>
        new(ErrorCode.IllegalGeneration, $"Generation {generation} of group '{groupId}' is not the current one, which is {current}. Join again.");

    public GroupReply NoGeneration(int generation) => new(ErrorCode.IllegalGeneration, $"Group '{groupId}' has no generation {generation}: it does not exist.");

    public GroupReply OtherProtocol(string? type, string? protocol) =>
        new(ErrorCode.InconsistentGroupProtocol, $"Group '{groupId}' has the protocol type '{type}' and the protocol '{protocol}'. Join again.");

    public GroupReply NoCommonProtocol(string? type) => new(
        ErrorCode.InconsistentGroupProtocol, $"A member needs a protocol type, which is '{type}' in group '{groupId}', and a protocol that all other members know.");

    public GroupReply UnreadableProtocol(string? type) => new(
        ErrorCode.NonEmptyGroup, $"Group '{groupId}' has members of the protocol type '{type}', whose topics the service cannot read. Stop them first.");

    public static GroupReply SessionTimeout(int timeoutMs, GroupOptions options) => new(
        ErrorCode.InvalidSessionTimeout, $"A session timeout of {timeoutMs} ms is not accepted: it takes {options.SessionTimeoutMsMin} to {options.SessionTimeoutMsMax} ms.");

    public GroupReply Full(int membersMax) => new(ErrorCode.GroupMaxSizeReached, $"Group '{groupId}' has {membersMax} members, as many as Groups:MembersMax allows.");

    public GroupReply IdRequired(string memberId) => new(ErrorCode.MemberIdRequired, $"Join group '{groupId}' again as '{memberId}'.");
}
