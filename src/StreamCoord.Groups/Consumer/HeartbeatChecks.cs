using StreamCoord.Groups.Consumer.Assignors;

namespace StreamCoord.Groups.Consumer;

/// <summary>Whether a heartbeat makes sense by itself, whatever the group. Pure; null when it does, else the refusal.</summary>
internal static class HeartbeatChecks
{
    /// <summary>The longest text, in characters: in any of them it fits into a text field of a record.</summary>
    private const int TextMax = 8_000;

    private const int TopicsMax = 100_000;
    private const int PartitionsMax = 1_000_000;

    public static GroupReply? Check(string groupId, ConsumerHeartbeatRequest request)
    {
        return CheckTexts(groupId, request) ?? CheckEpoch(request) ?? (request.Epoch == GroupEpoch.Joining ? CheckJoin(request) : null) ?? CheckWishes(request);
    }

    private static GroupReply? CheckTexts(string groupId, ConsumerHeartbeatRequest request)
    {
        if (groupId.Length == 0 || request.InstanceId is "" || request.RackId is "")
        {
            return ConsumerRefusals.Illegal("A group's id, and an instance id and a rack where there are any, have a character at least.");
        }
        string?[] texts = [groupId, request.MemberId, request.InstanceId, request.RackId, request.ClientId, request.ClientHost, request.TopicPattern, request.Assignor];
        if (texts.Concat(request.TopicNames ?? []).Any(text => text?.Length > TextMax))
        {
            return ConsumerRefusals.Illegal($"No text that a member sends may have more than {TextMax} characters.");
        }
        bool isLarge = request.TopicNames?.Count > TopicsMax || request.Owned?.Sum(topic => (long)topic.Partitions.Count) > PartitionsMax;
        return isLarge ? ConsumerRefusals.Illegal($"A member reads {TopicsMax} topics and {PartitionsMax} partitions at most.") : null;
    }

    private static GroupReply? CheckEpoch(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch < GroupEpoch.LeavingForRestart)
        {
            return ConsumerRefusals.Illegal($"{request.Epoch} is no epoch of a member.");
        }
        if (request.MemberId.Length == 0 && (request.Epoch != GroupEpoch.Joining || request.RequiresMemberId))
        {
            return ConsumerRefusals.Illegal("The member's id lacks.");
        }
        return request.Epoch == GroupEpoch.LeavingForRestart && request.InstanceId is null
            ? ConsumerRefusals.Illegal($"Only a static member leaves with the epoch {GroupEpoch.LeavingForRestart}: the instance id lacks.")
            : null;
    }

    private static GroupReply? CheckJoin(ConsumerHeartbeatRequest request)
    {
        if (request.RebalanceTimeoutMs == -1)
        {
            return ConsumerRefusals.Illegal("Who joins names a rebalance timeout.");
        }
        if (request.Owned is not { } owned || owned.Any(topic => topic.Partitions.Count > 0))
        {
            return ConsumerRefusals.Illegal("Who joins says that it has no partitions.");
        }
        return request.TopicNames is null && request.TopicPattern is null ? ConsumerRefusals.Illegal("Who joins names topics, or a regular expression for them.") : null;
    }

    private static GroupReply? CheckWishes(ConsumerHeartbeatRequest request)
    {
        if (request.RebalanceTimeoutMs is < -1 or 0)
        {
            return ConsumerRefusals.Illegal($"{request.RebalanceTimeoutMs} ms is no rebalance timeout.");
        }
        if (request.Assignor is { } assignor && !PartitionAssignors.Contains(assignor))
        {
            return ConsumerRefusals.BadAssignor(assignor, PartitionAssignors.Names);
        }
        return request.TopicPattern is { Length: > 0 } pattern && TopicPattern.TryParse(pattern, out _) is { } problem ? ConsumerRefusals.BadPattern(pattern, problem) : null;
    }
}
