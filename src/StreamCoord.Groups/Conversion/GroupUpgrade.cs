using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Conversion;

/// <summary>How a classic group becomes a consumer group while it has members. Pure; leaves the group as it is.</summary>
public static class GroupUpgrade
{
    /// <summary>The assignors that clients come with, which make nothing of what stands in an assignment besides partitions; librdkafka repeats there what a member said.</summary>
    private static readonly HashSet<string> CommonAssignors = ["range", "roundrobin", "sticky", "cooperative-sticky"];

    /// <summary>The changes that make a consumer group of the members, at the epoch that is their generation; or why they cannot be members of one.</summary>
    /// <param name="group">The group.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="image">The topics that there are.</param>
    /// <param name="changes">The changes; none for a group without members.</param>
    /// <returns>Null, or the refusal.</returns>
    public static GroupReply? Plan(ClassicGroup group, GroupOptions options, TopicImage image, out IReadOnlyList<ConsumerGroupChange> changes)
    {
        changes = [];
        IReadOnlyList<MemberMetadata> members = group.ToMembers();
        string? problem = Check(group, members, options);
        if (problem is null && members.Count > 0)
        {
            problem = TryConvert(group, members, image, out changes);
        }
        return problem is null ? null : new GroupReply(ErrorCode.GroupIdNotFound, $"Classic group '{group.GroupId}' cannot become a consumer group while it has members: {problem}");
    }

    private static string? Check(ClassicGroup group, IReadOnlyList<MemberMetadata> members, GroupOptions options)
    {
        if (members.Count == 0 && group.State == GroupState.Empty)
        {
            return null;
        }
        if (options.MigrationPolicy is not (GroupMigrationPolicy.Upgrade or GroupMigrationPolicy.Bidirectional))
        {
            return "Groups:MigrationPolicy does not allow it. Stop its members first.";
        }
        if (group.ProtocolType != ConsumerSubscription.ProtocolType)
        {
            return $"its members are of the type '{group.ProtocolType}'.";
        }
        return members.Count > options.ConsumerMembersMax ? $"it has more than the {options.ConsumerMembersMax} members that Groups:ConsumerMembersMax allows." : null;
    }

    private static string? TryConvert(ClassicGroup group, IReadOnlyList<MemberMetadata> members, TopicImage image, out IReadOnlyList<ConsumerGroupChange> changes)
    {
        var epoch = new GroupEpoch(group.Generation);
        List<ConsumerGroupChange> made = [new GroupEpochChange(new GroupMark(epoch, 0))];
        List<ConsumerGroupChange> assigned = [];
        HashSet<TopicIdPartition> held = [];
        changes = [];
        List<(MemberMetadata Member, EmbeddedSubscription Said, PartitionSet Assigned)> read = [];
        foreach (MemberMetadata member in members)
        {
            if (TryRead(member, group.Protocol, image, out EmbeddedSubscription? said, out PartitionSet? partitions) is { } problem)
            {
                return problem;
            }
            if (partitions!.Any(partition => !held.Add(partition)))
            {
                return "its leader gave a partition to two members.";
            }
            read.Add((member, said!, partitions!));
        }
        foreach ((MemberMetadata member, EmbeddedSubscription said, PartitionSet partitions) in read)
        {
            // What the member had when the generation began, and was not given again, it may not have given back yet.
            PartitionSet revoking = image.IdsOf(said.Owned).Where(held.Add);
            MemberState state = revoking.Count > 0 ? MemberState.Unrevoked : MemberState.Stable;
            made.Add(new SubscriptionChange(member.MemberId, Subscription(member, said)));
            made.Add(new TargetChange(member.MemberId, partitions));
            assigned.Add(new ProgressChange(member.MemberId, new MemberProgress(epoch, epoch, state, partitions, revoking)));
        }
        changes = [.. made, new TargetEpochChange(epoch), .. assigned];
        return null;
    }

    private static string? TryRead(MemberMetadata member, string? protocol, TopicImage image, out EmbeddedSubscription? said, out PartitionSet? assigned)
    {
        assigned = null;
        ReadOnlyMemory<byte> metadata = member.Subscription.IsEmpty ? member.Protocols![0].Metadata : member.Subscription;
        said = EmbeddedSubscription.TryRead(metadata.Span);
        if (said is null || EmbeddedAssignment.TryRead(member.Assignment.Span) is not { } given)
        {
            return "what its members say to each other cannot be read.";
        }
        assigned = image.IdsOf(given.Partitions);
        return given.HasUserData && !CommonAssignors.Contains(protocol ?? "")
            ? $"its assignor '{protocol}' gives members something besides partitions, which would be lost. Change to an assignor that does not."
            : null;
    }

    private static MemberSubscription Subscription(MemberMetadata member, EmbeddedSubscription said) => new()
    {
        InstanceId = member.GroupInstanceId,
        RackId = said.RackId,
        ClientId = member.ClientId,
        ClientHost = member.ClientHost,
        TopicNames = [.. said.Topics.Distinct().Order(StringComparer.Ordinal)],
        RebalanceTimeoutMs = member.RebalanceTimeoutMs <= 0 ? member.SessionTimeoutMs : member.RebalanceTimeoutMs,
        Classic = new ClassicTraits(member.SessionTimeoutMs, member.Protocols!),
    };
}
