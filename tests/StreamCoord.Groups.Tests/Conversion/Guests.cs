using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Tests.Consumer;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>Members of both protocols, one request at a time.</summary>
internal static class Guests
{
    public const int SessionTimeoutMs = 10_000;
    public const int RebalanceTimeoutMs = 30_000;

    public static JoinGroupRequest Request(string memberId, byte[] said, string? instanceId = null, params string[] protocols) => new()
    {
        MemberId = memberId,
        GroupInstanceId = instanceId,
        ClientId = "client",
        ClientHost = "/host",
        ProtocolType = "consumer",
        Protocols = [.. (protocols.Length == 0 ? ["range"] : protocols).Select(name => new GroupProtocol(name, said))],
        SessionTimeoutMs = SessionTimeoutMs,
        RebalanceTimeoutMs = RebalanceTimeoutMs,
    };

    /// <summary>Joins as an eager member, or as one that goes on reading what it names.</summary>
    public static JoinGroupReply Join(this MixedHarness group, string memberId = "", string? instanceId = null, params TopicPartition[] owned) =>
        group.Joined(group.Join(Request(memberId, Embedded.Subscription(["t"], owned), instanceId)));

    public static JoinGroupReply Must(JoinGroupReply reply)
    {
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return reply;
    }

    public static SyncGroupReply Sync(this MixedHarness group, JoinGroupReply joined, params (string MemberId, byte[] Assignment)[] given) => group.Synced(group.BeginSync(joined, given));

    public static RequestToken BeginSync(this MixedHarness group, JoinGroupReply joined, params (string MemberId, byte[] Assignment)[] given) => group.Sync(
        new SyncGroupRequest(joined.GenerationId, joined.MemberId, null, joined.ProtocolType, joined.ProtocolName, [.. given.Select(each => new MemberAssignment(each.MemberId, each.Assignment))]));

    /// <summary>The partitions of topic <c>t</c> that a sync gives.</summary>
    public static int[] Given(this MixedHarness group, JoinGroupReply joined)
    {
        SyncGroupReply reply = group.Sync(joined);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return [.. Embedded.Read(reply.Assignment, group.Image).Select(partition => partition.Partition)];
    }

    public static ErrorCode Heartbeat(this MixedHarness group, JoinGroupReply joined) => group.Heartbeat(joined.MemberId, joined.GenerationId);

    public static byte[] Assignment(params int[] partitions) => EmbeddedAssignment.Write(partitions.Select(partition => new TopicPartition("t", partition)), 1);

    /// <summary>Two members of a classic group, each with two of four partitions.</summary>
    public static (JoinGroupReply First, JoinGroupReply Second) FormTwo(this MixedHarness group)
    {
        group.SetTopic("t", 4);
        JoinGroupReply alone = Must(group.Join());
        group.Sync(alone, (alone.MemberId, Assignment(0, 1, 2, 3)));
        RequestToken second = group.Join(Request("", Embedded.Subscription(["t"])));
        JoinGroupReply first = Must(group.Join(alone.MemberId));
        JoinGroupReply joined = Must(group.Joined(second));
        group.Sync(first, (first.MemberId, Assignment(0, 1)), (joined.MemberId, Assignment(2, 3)));
        Assert.Equal((GroupType.Classic, GroupState.Stable), (group.Group.Type, group.Group.State));
        return (first, joined);
    }

    public static ConsumerHeartbeatReply JoinConsumer(this MixedHarness group, string memberId = "c", string? instanceId = null) =>
        group.Send(ConsumerHarness.JoinRequest(memberId, "t") with { InstanceId = instanceId });

    public static ConsumerHeartbeatReply Beat(this MixedHarness group, string memberId, GroupEpoch epoch, PartitionSet? owned = null, string? instanceId = null) =>
        group.Send(new ConsumerHeartbeatRequest { MemberId = memberId, Epoch = epoch, Owned = owned?.ToTopics(), InstanceId = instanceId });

    /// <summary>Lets time pass in which members show that they live.</summary>
    public static void Pass(this MixedHarness group, int ms, params JoinGroupReply[] alive)
    {
        const int StepMs = 5_000;
        for (int passedMs = 0; passedMs < ms; passedMs += StepMs)
        {
            group.Pass(StepMs);
            foreach (JoinGroupReply member in alive)
            {
                Assert.NotEqual(ErrorCode.UnknownMemberId, group.Heartbeat(member));
            }
        }
    }
}
