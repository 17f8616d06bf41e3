using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Tests.Consumer;
using static StreamCoord.Groups.Tests.Conversion.Guests;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>A classic group becomes a consumer group by its first member of that kind, or is left as it is.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public void ClassicMembers_AreTakenOver_AndGoOnByTheirProtocol()
    {
        var group = new MixedHarness();
        (JoinGroupReply first, JoinGroupReply second) = group.FormTwo();
        ConsumerHeartbeatReply newcomer = group.JoinConsumer();
        Assert.Equal((ErrorCode.None, first.GenerationId + 1), (newcomer.Error, newcomer.Epoch.Value));
        Assert.Empty(newcomer.Assignment!);
        Assert.Null(group.DurableClassic);
        DescribedConsumer taken = group.FindMember(first.MemberId)!;
        Assert.Equal((true, first.GenerationId, "client", "/host", "t"), (taken.IsClassic, taken.Epoch.Value, taken.ClientId, taken.ClientHost, Assert.Single(taken.TopicNames)));
        Assert.Equal([0, 1], Assert.Single(taken.Assignment).Partitions);
        Assert.Equal([2, 3], Assert.Single(group.FindMember(second.MemberId)!.Assignment).Partitions);
        Assert.False(group.FindMember("c")!.IsClassic);

        // What it has read it may commit as long as it has not joined again.
        Assert.Equal(ErrorCode.None, group.Commit(first.MemberId, first.GenerationId, knowsEpochs: false));
        Assert.Equal((ErrorCode.RebalanceInProgress, ErrorCode.RebalanceInProgress), (group.Heartbeat(first), group.Sync(second).Error));
        JoinGroupReply joined = Must(group.Join(first.MemberId));
        Assert.Equal((newcomer.Epoch.Value, "consumer", "range", ""), (joined.GenerationId, joined.ProtocolType, joined.ProtocolName, joined.Leader));
        int[] kept = group.Given(joined);
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined));
        int[] others = group.Given(Must(group.Join(second.MemberId)));
        int[] given = [.. ConsumerHarness.Given(group.Beat("c", newcomer.Epoch)).Select(partition => partition.Partition)];
        Assert.Equal([0, 1, 2, 3], kept.Concat(others).Concat(given).Order());
        Assert.NotEmpty(given);
        Assert.Equal(GroupState.Stable, group.Group.State);
    }

    [Fact]
    public void WhatACooperativeMemberHasNotGivenBack_IsNotGivenToTheNewcomer()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 2);
        TopicPartition[] both = [new("t", 0), new("t", 1)];
        JoinGroupReply joined = Must(group.Join("", null, both));
        group.Sync(joined, (joined.MemberId, Assignment(0)));

        ConsumerHeartbeatReply newcomer = group.JoinConsumer();
        Assert.Empty(newcomer.Assignment!);
        Assert.Empty(group.Beat("c", newcomer.Epoch).Assignment ?? []);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(joined));
        JoinGroupReply still = Must(group.Join(joined.MemberId, null, both));
        Assert.Equal((joined.GenerationId, 0), (still.GenerationId, Assert.Single(group.Given(still))));
        Assert.Null(group.Beat("c", newcomer.Epoch).Assignment);
        // Its time to give back is that of its rebalances.
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(still));
        JoinGroupReply without = Must(group.Join(joined.MemberId, null, both[..1]));
        Assert.Equal((newcomer.Epoch.Value, 0), (without.GenerationId, Assert.Single(group.Given(without))));
        Assert.Equal(1, Assert.Single(ConsumerHarness.Given(group.Beat("c", newcomer.Epoch))).Partition);
    }

    [Fact]
    public void WhoeverWaits_IsToJoinAgain_AndWhoDoesNotKnowItsIdIsNoMember()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        JoinGroupReply leader = Must(group.Join());
        group.Sync(leader, (leader.MemberId, Assignment(0)));
        RequestToken newcomer = group.Join(Request("", Embedded.Subscription(["t"])));
        RequestToken again = group.Join(Request(leader.MemberId, Embedded.Subscription(["t"])));
        JoinGroupReply second = Must(group.Joined(newcomer));
        RequestToken sync = group.BeginSync(second);
        RequestToken third = group.Join(Request("", Embedded.Subscription(["t"])));
        Assert.True(group.IsAnswered(again) && group.IsAnswered(sync) && !group.IsAnswered(third));
        RequestToken fourth = group.Join(Request(second.MemberId, Embedded.Subscription(["t"])));

        Assert.Equal(ErrorCode.None, group.JoinConsumer().Error);

        Assert.Equal((ErrorCode.RebalanceInProgress, ErrorCode.RebalanceInProgress), (group.Joined(third).Error, group.Joined(fourth).Error));
        Assert.Equal(["c", .. ((string[])[leader.MemberId, second.MemberId]).Order(StringComparer.Ordinal)], group.Consumers!.Describe(group.Image).Members.Select(member => member.MemberId));
    }

    [Fact]
    public void StaticMemberThatWaitsForAWrite_IsToJoinAgain()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        JoinGroupReply leader = Must(group.Join("", "i"));
        group.Sync(new SyncGroupRequest(leader.GenerationId, leader.MemberId, "i", null, null, [new MemberAssignment(leader.MemberId, Assignment(0))]));
        group.HoldsWrites = true;
        RequestToken returned = group.Join(Request("", Embedded.Subscription(["t"]), "i"));
        Assert.False(group.IsAnswered(returned));
        Assert.Equal(ErrorCode.None, group.JoinConsumer().Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Joined(returned).Error);
        Assert.Equal(GroupType.Consumer, group.Group.Type);
    }

    [Theory]
    [InlineData(GroupMigrationPolicy.Disabled)]
    [InlineData(GroupMigrationPolicy.Downgrade)]
    public void PolicyThatDoesNotAllowIt_LeavesTheGroupAsItIs(GroupMigrationPolicy policy)
    {
        var group = new MixedHarness(new GroupOptions { InitialRebalanceDelayMs = 0, MigrationPolicy = policy });
        (JoinGroupReply first, JoinGroupReply second) = group.FormTwo();
        AssertRefused(group, first);
        group.Leave(first.MemberId);
        group.Leave(second.MemberId);
        Assert.Equal(ErrorCode.None, group.JoinConsumer().Error);
    }

    [Fact]
    public void TooManyMembers_AreRefused()
    {
        var group = new MixedHarness(new GroupOptions { InitialRebalanceDelayMs = 0, ConsumerMembersMax = 1 });
        AssertRefused(group, group.FormTwo().First);
    }

    public static TheoryData<string, string, byte[], byte[]> Unconvertible => new()
    {
        { "connect", "range", Embedded.Subscription(["t"]), Assignment(0) },
        { "consumer", "range", "metadata"u8.ToArray(), Assignment(0) },
        { "consumer", "range", Embedded.Subscription(["t"]), "assignment"u8.ToArray() },
        { "consumer", "mine", Embedded.Subscription(["t"]), [.. Assignment(0)[..^4], 0, 0, 0, 1, 9] },
    };

    [Theory]
    [MemberData(nameof(Unconvertible))]
    public void MembersThatCannotBeRead_OrWhoseAssignorSaysMore_AreRefused(string type, string assignor, byte[] said, byte[] assignment)
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        JoinGroupReply joined = Must(group.Joined(group.Join(Request("", said, null, assignor) with { ProtocolType = type })));
        group.Sync(joined, (joined.MemberId, assignment));
        AssertRefused(group, joined);
    }

    [Fact]
    public void UserDataOfACommonAssignor_IsOfNoAccount()
    {
        var group = new MixedHarness();
        group.SetTopic("t", 1);
        JoinGroupReply joined = Must(group.Joined(group.Join(Request("", Embedded.Subscription(["t"], null, 1, [7]), null, "cooperative-sticky"))));
        group.Sync(joined, (joined.MemberId, [.. Assignment(0)[..^4], 0, 0, 0, 1, 7]));
        Assert.Equal(ErrorCode.None, group.JoinConsumer().Error);
        Assert.Equal([0], Assert.Single(group.FindMember(joined.MemberId)!.Assignment).Partitions);
    }

    [Fact]
    public void PartitionThatTwoHave_IsRefused()
    {
        var group = new MixedHarness();
        (JoinGroupReply first, JoinGroupReply second) = group.FormTwo();
        RequestToken again = group.Join(Request(second.MemberId, Embedded.Subscription(["t", "u"])));
        JoinGroupReply joined = Must(group.Join(first.MemberId));
        group.Sync(joined, (first.MemberId, Assignment(0, 1)), (second.MemberId, Assignment(1)));
        Assert.True(group.IsAnswered(again));
        AssertRefused(group, joined);
    }

    [Fact]
    public void HeartbeatThatIsWrong_ConvertsNothing()
    {
        var group = new MixedHarness();
        JoinGroupReply first = group.FormTwo().First;
        Assert.Equal(ErrorCode.UnsupportedAssignor, group.Send(ConsumerHarness.JoinRequest("c", "t") with { Assignor = "mine" }).Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("c", new GroupEpoch(3)).Error);
        Assert.Equal((GroupType.Classic, ErrorCode.None), (group.Group.Type, group.Heartbeat(first)));
    }

    private static void AssertRefused(MixedHarness group, JoinGroupReply member)
    {
        Assert.Equal(ErrorCode.GroupIdNotFound, group.JoinConsumer().Error);
        Assert.Equal((GroupType.Classic, GroupState.Stable, ErrorCode.None), (group.Group.Type, group.Group.State, group.Heartbeat(member)));
        Assert.NotNull(group.DurableClassic);
    }
}
