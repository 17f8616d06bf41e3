namespace StreamCoord.Groups.Consumer;

/// <summary>What a consumer group says when it refuses something: the code for programs and the sentence for people. Pure.</summary>
internal sealed class ConsumerRefusals(string groupId)
{
    public GroupReply NotFound => new(ErrorCode.GroupIdNotFound, $"There is no group '{groupId}'.");

    public GroupReply Gone => new(ErrorCode.CoordinatorNotAvailable, $"Group '{groupId}' is being deleted. Try again.");

    public GroupReply NotEmpty => new(ErrorCode.NonEmptyGroup, $"Group '{groupId}' has members. Stop them, or wait until their sessions have ended.");

    public static GroupReply Illegal(string what) => new(ErrorCode.InvalidRequest, what);

    public static GroupReply BadPattern(string pattern, string problem) =>
        new(ErrorCode.InvalidRegularExpression, $"'{pattern}' is no regular expression that topics can be subscribed by. {problem}");

    public static GroupReply BadAssignor(string assignor, IEnumerable<string> known) =>
        new(ErrorCode.UnsupportedAssignor, $"There is no assignor '{assignor}'. Known are: {string.Join(", ", known)}.");

    public GroupReply Full(int membersMax) => new(ErrorCode.GroupMaxSizeReached, $"Group '{groupId}' has {membersMax} members, as many as Groups:ConsumerMembersMax allows.");

    public GroupReply UnknownMember(string memberId) => new(ErrorCode.UnknownMemberId, $"Group '{groupId}' has no member '{memberId}'. Join again with epoch 0.");

    public GroupReply UnknownInstance(string instanceId) => new(ErrorCode.UnknownMemberId, $"Group '{groupId}' has no static member '{instanceId}'. Join again with epoch 0.");

    public GroupReply Fenced(string instanceId) => new(ErrorCode.FencedInstanceId, $"Another client has joined group '{groupId}' as '{instanceId}'.");

    public GroupReply Unreleased(string instanceId) =>
        new(ErrorCode.UnreleasedInstanceId, $"Group '{groupId}' has a static member '{instanceId}' that has not left. Stop it, or wait until its session has ended.");

    public GroupReply OldCommit => new(ErrorCode.UnsupportedVersion, $"Members of group '{groupId}' commit offsets by version 9 of the request or a later one.");

    public GroupReply WrongEpoch(GroupEpoch said, GroupEpoch current) =>
        new(ErrorCode.FencedMemberEpoch, $"The member's epoch in group '{groupId}' is {current} and not {said}. Give all partitions up and join again with epoch 0.");

    public GroupReply StaleEpoch(GroupEpoch said, GroupEpoch current) =>
        new(ErrorCode.StaleMemberEpoch, $"The member's epoch in group '{groupId}' is {current} and not {said}. Try again with the epoch of the next heartbeat's answer.");

    public GroupReply OldGeneration(GroupEpoch said, GroupEpoch current) =>
        new(ErrorCode.IllegalGeneration, $"The member's generation in group '{groupId}' is {current} and not {said}. Join again.");
}
