using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Conversion;

/// <summary>How a consumer group, all of whose members speak the classic protocol, becomes a classic group. Pure.</summary>
public static class GroupDowngrade
{
    /// <summary>The classic group: its generation is the epoch, each member is known with what it has, and none leads, so that all are to join again.</summary>
    /// <param name="group">What is known of the consumer group.</param>
    /// <param name="image">The topics that there are.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public static GroupMetadata Plan(ConsumerGroupState group, TopicImage image, long nowMs)
    {
        KeyValuePair<string, MemberSubscription>[] members = [.. group.Subscriptions.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        string protocol = members[0].Value.Classic!.Protocols.Select(each => each.Name).First(name => members.All(member => member.Value.Classic!.Knows(name)));
        return new GroupMetadata(
            ConsumerSubscription.ProtocolType, group.Mark.Epoch.Value, protocol, null, nowMs, [.. members.Select(member => Convert(member.Key, member.Value, group.ProgressOf(member.Key), protocol, image))]);
    }

    private static MemberMetadata Convert(string memberId, MemberSubscription subscription, MemberProgress progress, string protocol, TopicImage image)
    {
        ClassicTraits classic = subscription.Classic!;
        return new MemberMetadata(
            memberId,
            subscription.InstanceId,
            subscription.ClientId,
            subscription.ClientHost,
            subscription.RebalanceTimeoutMs,
            classic.SessionTimeoutMs,
            classic.Protocols.First(each => each.Name == protocol).Metadata,
            EmbeddedAssignment.Write(image.NamesOf(progress.Assigned), classic.AssignmentVersion))
        {
            Protocols = classic.Protocols,
        };
    }
}
