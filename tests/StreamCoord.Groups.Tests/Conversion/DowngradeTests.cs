using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Tests.Consumer;
using static StreamCoord.Groups.Tests.Conversion.Guests;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>A consumer group becomes a classic one when only members of that protocol are left.</summary>
public sealed class DowngradeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LastConsumerLeaves_AndTheOthersRebalanceByTheirRules_AlsoAfterARestart(bool restarts)
    {
        var group = new MixedHarness();
        (JoinGroupReply first, JoinGroupReply second) = Mix(group);
        int epoch = group.Consumers!.Epoch.Value;
        Assert.Equal(ErrorCode.None, group.Beat("c", GroupEpoch.Leaving).Error);
        Assert.Equal((GroupType.Classic, GroupState.PreparingRebalance, epoch), (group.Group.Type, group.Group.State, group.Classic.Generation));
        Assert.True(group.DurableConsumers.IsEmpty);
        Assert.Equal([first.MemberId, second.MemberId], group.Classic.Describe().Members.Select(member => member.MemberId).Order(StringComparer.Ordinal));
        if (restarts)
        {
            group.Restart();
            Assert.Equal(GroupState.PreparingRebalance, group.Group.State);
        }

        RequestToken again = group.Join(Request(second.MemberId, Embedded.Subscription(["t"])));
        Assert.False(group.IsAnswered(again));
        JoinGroupReply joined = Must(group.Join(first.MemberId));
        Assert.Equal(epoch + 1, joined.GenerationId);
        Assert.Equal(joined.Leader, group.Joined(again).Leader);
        JoinGroupReply leader = joined.Leader == joined.MemberId ? joined : group.Joined(again);
        Assert.Equal(2, leader.Members.Count);
        group.Sync(leader, (first.MemberId, Assignment(0, 1)), (second.MemberId, Assignment(2, 3)));
        Assert.Equal(GroupState.Stable, group.Group.State);
        Assert.Equal(1, group.Downgrades);
    }

    [Fact]
    public void MembersOfTheNewestEpoch_AreToldToJoinAgain_AndMayCommitBefore()
    {
        var group = new MixedHarness();
        (JoinGroupReply first, JoinGroupReply second) = Mix(group);
        group.Beat("c", GroupEpoch.Leaving);
        Assert.Equal((ErrorCode.RebalanceInProgress, ErrorCode.RebalanceInProgress), (group.Heartbeat(first), group.Heartbeat(second)));
        Assert.Equal(ErrorCode.None, group.Commit(first.MemberId, first.GenerationId, knowsEpochs: false));
    }

    [Fact]
    public void ConsumerThatIsSilent_IsRemoved_AndTheGroupIsClassicAgain()
    {
        var group = new MixedHarness();
        (JoinGroupReply first, JoinGroupReply second) = Mix(group);
        group.Pass(ConsumerHarness.SessionTimeoutMs, first, second);
        Assert.Equal((GroupType.Classic, GroupState.PreparingRebalance), (group.Group.Type, group.Group.State));
    }

    [Theory]
    [InlineData(GroupMigrationPolicy.Disabled)]
    [InlineData(GroupMigrationPolicy.Upgrade)]
    public void PolicyThatDoesNotAllowIt_LeavesTheGroupAsItIs(GroupMigrationPolicy policy)
    {
        var group = new MixedHarness(new GroupOptions { InitialRebalanceDelayMs = 0, MigrationPolicy = policy });
        group.SetTopic("t", 2);
        group.JoinConsumer();
        JoinGroupReply guest = Must(group.Join());
        group.Beat("c", GroupEpoch.Leaving);
        Assert.Equal(GroupType.Consumer, group.Group.Type);
        Assert.Equal(2, group.Given(Must(group.Join(guest.MemberId))).Length);
        // Without members it can be of either type.
        group.Leave(guest.MemberId);
        Must(group.Join());
        Assert.Equal(GroupType.Classic, group.Group.Type);
    }

    [Fact]
    public void GroupThatIsTooLargeForAClassicOne_StaysWhatItIs()
    {
        var group = new MixedHarness(new GroupOptions { InitialRebalanceDelayMs = 0, MembersMax = 1 });
        group.SetTopic("t", 2);
        group.JoinConsumer();
        JoinGroupReply guest = Must(group.Join());
        Must(group.Join());
        group.Beat("c", GroupEpoch.Leaving);
        Assert.Equal(GroupType.Consumer, group.Group.Type);
        group.Leave(guest.MemberId);
        Assert.Equal(GroupType.Classic, group.Group.Type);
    }

    [Fact]
    public void LastConsumerIsReplacedByAClassicMemberOfItsName()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        group.JoinConsumer("c", "i");
        JoinGroupReply joined = Must(group.Join("", "i"));
        Assert.Equal(GroupType.Classic, group.Group.Type);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(joined.MemberId, joined.GenerationId, "i"));
        Assert.Equal("range", Must(group.Join(joined.MemberId, "i")).ProtocolName);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("c", new GroupEpoch(1), null, "i").Error);
    }

    [Fact]
    public void ProtocolThatAllSupport_IsChosen_AndASyncByAnotherIsToldOfTheRebalance()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        group.JoinConsumer();
        JoinGroupReply first = Must(group.Joined(group.Join(Request("", Embedded.Subscription(["t"]), null, "sticky", "range"))));
        JoinGroupReply second = Must(group.Joined(group.Join(Request("", Embedded.Subscription(["t"]), null, "range", "roundrobin"))));
        Assert.Equal(("sticky", "range"), (first.ProtocolName, second.ProtocolName));
        first = Must(group.Joined(group.Join(Request(first.MemberId, Embedded.Subscription(["t"]), null, "sticky", "range"))));
        group.Beat("c", GroupEpoch.Leaving);
        Assert.Equal("range", group.DurableClassic!.Protocol);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Sync(first).Error);
    }

    /// <summary>Two classic members and the consumer "c" by which their group was upgraded.</summary>
    private static (JoinGroupReply First, JoinGroupReply Second) Mix(MixedHarness group)
    {
        (JoinGroupReply first, JoinGroupReply second) = group.FormTwo();
        Assert.Equal(ErrorCode.None, group.JoinConsumer().Error);
        first = Must(group.Join(first.MemberId));
        second = Must(group.Join(second.MemberId));
        group.Given(first);
        group.Given(second);
        return string.CompareOrdinal(first.MemberId, second.MemberId) < 0 ? (first, second) : (second, first);
    }
}
