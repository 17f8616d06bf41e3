using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>The rules of single heartbeats.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public void FirstMember_GetsEverything_AtEpoch1()
    {
        ConsumerHarness group = New(4);
        ConsumerHeartbeatReply reply = group.Join("a", "t");
        Assert.Equal(("a", 1, 5_000), (reply.MemberId, reply.Epoch.Value, reply.HeartbeatIntervalMs));
        Assert.Equal(4, ConsumerHarness.Given(reply).Count);
        Assert.Equal(GroupState.Stable, group.Group.State);
        Assert.Null(group.Beat("a", reply.Epoch).Assignment);
    }

    [Fact]
    public void SecondMember_GetsPartitions_WhenTheFirstHasGivenThemBack_AndTheOthersAreNotTouched()
    {
        ConsumerHarness group = New(4);
        PartitionSet all = ConsumerHarness.Given(group.Join("a", "t"));
        ConsumerHeartbeatReply joined = group.Join("b", "t");
        Assert.Equal((2, 0), (joined.Epoch.Value, ConsumerHarness.Given(joined).Count));
        Assert.Equal(GroupState.Reconciling, group.Group.State);

        ConsumerHeartbeatReply told = group.Beat("a", new GroupEpoch(1), all);
        PartitionSet kept = ConsumerHarness.Given(told);
        Assert.Equal((1, 2), (told.Epoch.Value, kept.Count));
        Assert.Null(group.Beat("b", joined.Epoch).Assignment);
        // Silence about what it has means that it may have it still.
        Assert.Equal(1, group.Beat("a", new GroupEpoch(1)).Epoch.Value);
        Assert.Null(group.Beat("b", joined.Epoch).Assignment);

        Assert.Equal(2, group.Beat("a", new GroupEpoch(1), kept).Epoch.Value);
        Assert.Equal(all.Except(kept), ConsumerHarness.Given(group.Beat("b", joined.Epoch)));
        Assert.Equal(GroupState.Stable, group.Group.State);
    }

    [Fact]
    public void AnswerThatIsLost_IsGivenAgain_ByThePreviousEpoch()
    {
        ConsumerHarness group = New(4);
        PartitionSet all = ConsumerHarness.Given(group.Join("a", "t"));
        group.Join("b", "t");
        PartitionSet kept = ConsumerHarness.Given(group.Beat("a", new GroupEpoch(1), all));
        Assert.Equal(2, group.Beat("a", new GroupEpoch(1), kept).Epoch.Value);

        ConsumerHeartbeatReply again = group.Beat("a", new GroupEpoch(1), kept);

        Assert.Equal((2, kept), (again.Epoch.Value, ConsumerHarness.Given(again)));
        Assert.Empty(group.LastChanges);
        Assert.Equal(ErrorCode.FencedMemberEpoch, group.Beat("a", new GroupEpoch(1), all).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, group.Beat("a", new GroupEpoch(1)).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, group.Beat("a", new GroupEpoch(3), kept).Error);
    }

    [Fact]
    public void JoinThatIsRepeated_IsHarmless()
    {
        ConsumerHarness group = New(4);
        ConsumerHeartbeatReply first = group.Join("a", "t");
        ConsumerHeartbeatReply second = group.Join("a", "t");
        Assert.Equal((first.Epoch, ConsumerHarness.Given(first)), (second.Epoch, ConsumerHarness.Given(second)));
        Assert.Empty(group.LastChanges);
    }

    [Fact]
    public void MemberThatLeaves_FreesItsPartitions_ForTheNextHeartbeat()
    {
        ConsumerHarness group = New(4);
        group.Join("a", "t");
        group.Join("b", "t");
        Assert.Equal(-1, group.Leave("a").Epoch.Value);
        Assert.Equal(GroupState.Assigning, group.Group.State);
        ConsumerHeartbeatReply reply = group.Beat("b", new GroupEpoch(2));
        Assert.Equal((3, 4), (reply.Epoch.Value, ConsumerHarness.Given(reply).Count));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Leave("a").Error);
        group.Leave("b");
        Assert.Equal((GroupState.Empty, long.MaxValue), (group.Group.State, group.Group.NextDeadlineMs == long.MaxValue ? long.MaxValue : PassAll(group)));
    }

    [Fact]
    public void SilentMember_IsRemoved_WhenItsSessionIsOver()
    {
        ConsumerHarness group = New(4);
        group.Join("a", "t");
        group.Pass(ConsumerHarness.SessionTimeoutMs - 1);
        Assert.True(group.Group.HasMembers);
        group.Pass(1);
        Assert.False(group.Group.HasMembers);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat("a", new GroupEpoch(1)).Error);
    }

    [Fact]
    public void MemberThatDoesNotGiveBack_IsRemoved_AfterItsRebalanceTimeout()
    {
        ConsumerHarness group = New(4);
        PartitionSet all = ConsumerHarness.Given(group.Join("a", "t"));
        group.Join("b", "t");
        group.Beat("a", new GroupEpoch(1), all);
        for (int passedMs = 0; passedMs < ConsumerHarness.RebalanceTimeoutMs; passedMs += 10_000)
        {
            Assert.Equal(ErrorCode.None, group.Beat("a", new GroupEpoch(1), all).Error);
            group.Beat("b", new GroupEpoch(2));
            group.Pass(10_000);
        }
        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat("a", new GroupEpoch(1), all).Error);
        Assert.Equal(4, ConsumerHarness.Given(group.Beat("b", new GroupEpoch(2))).Count);
    }

    [Fact]
    public void StaticMember_ComesBackUnderAnotherId_AndKeepsItsPartitions_WithoutAnEpoch()
    {
        ConsumerHarness group = New(4);
        PartitionSet all = ConsumerHarness.Given(group.Must(Static("a")));
        Assert.Equal(ErrorCode.UnreleasedInstanceId, group.Send(Static("b")).Error);
        Assert.Equal(-2, group.Leave("a", GroupEpoch.LeavingForRestart, "i").Epoch.Value);
        Assert.Equal(ErrorCode.FencedMemberEpoch, group.Send(Static("a") with { Epoch = new GroupEpoch(1) }).Error);
        group.Restart();

        ConsumerHeartbeatReply back = group.Must(Static("b"));

        Assert.Equal((1, all), (back.Epoch.Value, ConsumerHarness.Given(back)));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Send(Static("a") with { Epoch = new GroupEpoch(1) }).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, group.Leave("a", GroupEpoch.Leaving, "i").Error);
        Assert.Equal("b", Assert.Single(group.Group.Describe(group.Image).Members).MemberId);
    }

    [Fact]
    public void StaticMember_ThatStaysAway_LosesItsSession()
    {
        ConsumerHarness group = New(4);
        group.Must(Static("a"));
        group.Leave("a", GroupEpoch.LeavingForRestart, "i");
        group.Pass(ConsumerHarness.SessionTimeoutMs);
        Assert.False(group.Group.HasMembers);
    }

    [Fact]
    public void TopicsThatGrowOrCome_BeginAnEpoch_WithTheNextHeartbeat()
    {
        ConsumerHarness group = New(2);
        group.Join("a", "t", "u");
        group.SetTopic("unrelated", 3);
        Assert.Equal(1, group.Beat("a", new GroupEpoch(1)).Epoch.Value);
        group.SetTopic("t", 3);
        ConsumerHeartbeatReply grown = group.Beat("a", new GroupEpoch(1));
        Assert.Equal((2, 3), (grown.Epoch.Value, ConsumerHarness.Given(grown).Count));
        group.SetTopic("u", 5);
        group.Restart();
        ConsumerHeartbeatReply come = group.Beat("a", new GroupEpoch(2));
        Assert.Equal((3, 8), (come.Epoch.Value, ConsumerHarness.Given(come).Count));
        group.DeleteTopic("t");
        PartitionSet left = ConsumerHarness.Given(group.Beat("a", new GroupEpoch(3)));
        Assert.Equal((4, 5), (group.Beat("a", new GroupEpoch(3), left).Epoch.Value, left.Count));
    }

    [Fact]
    public void Restart_WithoutAChange_KeepsEpochsAndPartitions()
    {
        ConsumerHarness group = New(4);
        group.Join("a", "t");
        group.Join("b", "t");
        group.Settle("a", "b");
        (PartitionSet ofA, PartitionSet ofB) = (group.Assigned("a"), group.Assigned("b"));
        group.Restart();
        Assert.Equal(GroupState.Stable, group.Group.State);
        Assert.Null(group.Beat("a", new GroupEpoch(2)).Assignment);
        Assert.Empty(group.LastChanges);
        Assert.Equal((2, ofA, ofB), (group.Group.Epoch.Value, group.Assigned("a"), group.Assigned("b")));
    }

    [Fact]
    public void Pattern_SubscribesToWholeNames_AlsoOfTopicsThatComeLater()
    {
        ConsumerHarness group = New(1);
        group.SetTopic("tt", 2);
        ConsumerHeartbeatReply joined = group.Must(ConsumerHarness.JoinRequest("a") with { TopicNames = null, TopicPattern = "t|x.*" });
        Assert.Single(ConsumerHarness.Given(joined));
        Assert.True(group.Group.SubscribesTo("x7"));
        Assert.False(group.Group.SubscribesTo("tt"));
        group.SetTopic("x7", 3);
        Assert.Equal(4, ConsumerHarness.Given(group.Beat("a", new GroupEpoch(1))).Count);
        PartitionSet none = ConsumerHarness.Given(group.Must(new ConsumerHeartbeatRequest { MemberId = "a", Epoch = new GroupEpoch(2), TopicPattern = "" }));
        Assert.Empty(none);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)(b")]
    [InlineData(@"(a)\1")]
    [InlineData("((a{100}){100}){100}")]
    public void PatternThatIsNone_OrAsksForTooMuch_IsRefused(string pattern) =>
        Assert.Equal(ErrorCode.InvalidRegularExpression, New(1).Send(ConsumerHarness.JoinRequest("a") with { TopicPattern = pattern }).Error);

    [Fact]
    public void RequestsThatMakeNoSense_AreRefused_AndChangeNothing()
    {
        ConsumerHarness group = New(1);
        ConsumerHeartbeatRequest join = ConsumerHarness.JoinRequest("a", "t");
        TopicPartitions[] owned = [new TopicPartitions(new TopicId(Guid.Empty), [1])];
        ConsumerHeartbeatRequest[] illegal =
        [
            join with { MemberId = "" }, join with { RebalanceTimeoutMs = -1 }, join with { RebalanceTimeoutMs = 0 }, join with { Owned = null }, join with { Owned = owned },
            join with { TopicNames = null }, join with { InstanceId = "" }, join with { RackId = "" }, join with { Epoch = new GroupEpoch(-3) },
            join with { Epoch = GroupEpoch.LeavingForRestart }, join with { MemberId = new string('x', 8_001) },
        ];
        Assert.All(illegal, request => Assert.Equal(ErrorCode.InvalidRequest, group.Send(request).Error));
        Assert.Equal(ErrorCode.UnsupportedAssignor, group.Send(join with { Assignor = "sticky" }).Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("a", new GroupEpoch(1)).Error);
        Assert.True(group.Durable.IsEmpty);
    }

    [Fact]
    public void FullGroup_TakesNobodyNew_ButItsMembersAgain()
    {
        var group = new ConsumerHarness(new GroupOptions { ConsumerMembersMax = 1 });
        group.Join("a", "t");
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Send(ConsumerHarness.JoinRequest("b", "t")).Error);
        group.Join("a", "t");
    }

    [Fact]
    public void NewcomerOfVersion0_GetsAnId()
    {
        ConsumerHeartbeatReply reply = New(1).Must(ConsumerHarness.JoinRequest("", "t") with { RequiresMemberId = false });
        Assert.NotEqual("", reply.MemberId);
    }

    [Fact]
    public void Assignor_IsTheOneThatMostMembersWant()
    {
        ConsumerHarness group = New(6);
        group.Must(ConsumerHarness.JoinRequest("a", "t") with { Assignor = "range" });
        Assert.Equal("range", group.Group.Describe(group.Image).Assignor);
        group.Must(ConsumerHarness.JoinRequest("b", "t") with { Assignor = "uniform" });
        group.Must(ConsumerHarness.JoinRequest("c", "t") with { Assignor = "uniform" });
        Assert.Equal("uniform", group.Group.Describe(group.Image).Assignor);
    }

    [Fact]
    public void Commits_AreForMembers_AtTheirEpoch()
    {
        ConsumerHarness group = New(1);
        Assert.Equal(ErrorCode.None, Commit(-1, ""));
        Assert.Equal(ErrorCode.None, CommitOfOldClient(-1, ""));
        group.Join("a", "t");
        Assert.Equal(ErrorCode.UnsupportedVersion, CommitOfOldClient(1, "a"));
        Assert.Equal(ErrorCode.UnsupportedVersion, CommitOfOldClient(0, "a"));
        Assert.Equal(ErrorCode.UnknownMemberId, CommitOfOldClient(1, "b"));
        Assert.Equal(ErrorCode.None, Commit(1, "a"));
        Assert.Equal(ErrorCode.StaleMemberEpoch, Commit(0, "a"));
        Assert.Equal(ErrorCode.UnknownMemberId, Commit(1, "b"));
        Assert.Equal(ErrorCode.UnknownMemberId, Commit(-1, ""));
        Assert.Equal(ErrorCode.None, group.Group.CheckFetch(null).Error);
        Assert.Equal(ErrorCode.StaleMemberEpoch, group.Group.CheckFetch(new FetchingMember("a", new GroupEpoch(2))).Error);
        Assert.Equal(ErrorCode.NonEmptyGroup, group.Group.TryEnd().Error);
        Assert.Null(group.Group.ExpiryBaseMs("t", 5));
        Assert.Equal(5, group.Group.ExpiryBaseMs("u", 5));

        ErrorCode Commit(int epoch, string memberId) => Check(new CommitOffsetsRequest(epoch, memberId, null, -1, []));

        ErrorCode CommitOfOldClient(int epoch, string memberId) => Check(new CommitOffsetsRequest(epoch, memberId, null, -1, []) { KnowsMemberEpochs = false });

        ErrorCode Check(CommitOffsetsRequest request) => group.Group.CheckCommit(request, group.NowMs).Error;
    }

    private static long PassAll(ConsumerHarness group)
    {
        group.Pass(ConsumerHarness.SessionTimeoutMs);
        return group.Group.NextDeadlineMs;
    }

    private static ConsumerHeartbeatRequest Static(string memberId) => ConsumerHarness.JoinRequest(memberId, "t") with { InstanceId = "i" };

    private static ConsumerHarness New(int partitions)
    {
        var group = new ConsumerHarness();
        group.SetTopic("t", partitions);
        return group;
    }
}
