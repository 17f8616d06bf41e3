using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>Who becomes a member, of which generation, and with which protocol.</summary>
public sealed class JoinTests
{
    private readonly GroupHarness _group = new();

    [Theory]
    [InlineData(5_999, ErrorCode.InvalidSessionTimeout)]
    [InlineData(1_800_001, ErrorCode.InvalidSessionTimeout)]
    public void SessionTimeout_OutsideTheLimits_IsRefused(int timeoutMs, ErrorCode error) =>
        Assert.Equal(error, Answer(GroupHarness.Request() with { SessionTimeoutMs = timeoutMs }).Error);

    [Fact]
    public void Join_WithoutAProtocol_OrAType_IsRefused()
    {
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(GroupHarness.Request() with { Protocols = [] }).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(GroupHarness.Request() with { ProtocolType = "" }).Error);
    }

    [Fact]
    public void TextsWithoutALimit_AreRefused() =>
        Assert.Equal(ErrorCode.InvalidRequest, Answer(GroupHarness.Request() with { ClientId = new string('x', 8_001) }).Error);

    [Fact]
    public void EmptyGroupId_IsRefused()
    {
        var group = new ClassicGroup("", new GroupOptions(), 0);
        group.Join(new RequestToken(1), GroupHarness.Request(), Guid.Empty, 0);
        Assert.Equal(ErrorCode.InvalidGroupId, Assert.IsType<JoinAnswered>(Assert.Single(group.TakeOutputs())).Reply.Error);
    }

    [Fact]
    public void MemberIdThatNobodyHas_IsUnknown() => Assert.Equal(ErrorCode.UnknownMemberId, Answer(GroupHarness.Request("x")).Error);

    [Fact]
    public void Newcomer_IsToldItsIdFirst_AndJoinsWithIt()
    {
        JoinGroupReply told = Answer(GroupHarness.Request() with { RequiresKnownMemberId = true });
        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.StartsWith("c-", told.MemberId, StringComparison.Ordinal);
        Assert.True(_group.Group.HasMembers);

        RequestToken join = _group.Join(GroupHarness.Request(told.MemberId) with { RequiresKnownMemberId = true });
        Assert.False(_group.IsAnswered(join));
        _group.Pass(300);

        Assert.Equal((ErrorCode.None, told.MemberId, 1), (_group.Joined(join).Error, _group.Joined(join).MemberId, _group.Joined(join).GenerationId));
    }

    [Fact]
    public void IdThatIsNotUsed_IsForgotten_AfterTheSessionTimeout()
    {
        JoinGroupReply told = Answer(GroupHarness.Request() with { RequiresKnownMemberId = true });
        _group.Pass(GroupHarness.SessionTimeoutMs);

        Assert.False(_group.Group.HasMembers);
        Assert.Equal(ErrorCode.UnknownMemberId, Answer(GroupHarness.Request(told.MemberId)).Error);
    }

    [Fact]
    public void StaticNewcomer_NeedsNoIdFirst()
    {
        RequestToken join = _group.Join(GroupHarness.Request(instanceId: "i") with { RequiresKnownMemberId = true });
        _group.Pass(300);
        Assert.StartsWith("i-", _group.Joined(join).MemberId, StringComparison.Ordinal);
    }

    [Fact]
    public void FirstRebalance_WaitsForMore_AsLongAsTheyCome()
    {
        RequestToken first = _group.Join();
        _group.Pass(250);
        RequestToken second = _group.Join();
        _group.Pass(250);
        Assert.False(_group.IsAnswered(first));
        RequestToken third = _group.Join();
        _group.Pass(300);
        Assert.False(_group.IsAnswered(first));
        _group.Pass(300);

        JoinGroupReply leader = _group.Joined(first);
        Assert.Equal((1, leader.MemberId, 3), (leader.GenerationId, leader.Leader, leader.Members.Count));
        Assert.Equal((1, leader.MemberId, 0), (_group.Joined(second).GenerationId, _group.Joined(second).Leader, _group.Joined(second).Members.Count));
        Assert.Equal(1, _group.Joined(third).GenerationId);
        Assert.Equal(GroupState.CompletingRebalance, _group.Group.State);
    }

    [Fact]
    public void FirstRebalance_WaitsNoLongerThanTheRebalanceTimeout()
    {
        RequestToken first = _group.Join(GroupHarness.Request() with { RebalanceTimeoutMs = 500 });
        _group.Pass(200);
        _group.Join(GroupHarness.Request() with { RebalanceTimeoutMs = 500 });
        _group.Pass(200);
        _group.Join(GroupHarness.Request() with { RebalanceTimeoutMs = 500 });
        _group.Pass(100);
        Assert.True(_group.IsAnswered(first));
    }

    [Fact]
    public void WithoutADelay_TheFirstGenerationBeginsAtOnce()
    {
        var group = new GroupHarness(new GroupOptions { InitialRebalanceDelayMs = 0 });
        Assert.Equal(1, group.Joined(group.Join()).GenerationId);
    }

    [Fact]
    public void Protocol_IsTheOneWithMostVotes_AmongThoseThatAllKnow()
    {
        RequestToken[] joins =
        [
            _group.Join(protocols: [GroupHarness.Protocol("sticky"), GroupHarness.Protocol("range"), GroupHarness.Protocol("roundrobin")]),
            _group.Join(protocols: [GroupHarness.Protocol("roundrobin"), GroupHarness.Protocol("range")]),
            _group.Join(protocols: [GroupHarness.Protocol("roundrobin"), GroupHarness.Protocol("range")]),
        ];
        _group.Pass(600);
        Assert.All(joins, join => Assert.Equal("roundrobin", _group.Joined(join).ProtocolName));
    }

    [Fact]
    public void MemberWithoutACommonProtocol_OrOfAnotherType_IsRefused()
    {
        _group.Join();
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(GroupHarness.Request(protocols: GroupHarness.Protocol("sticky"))).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(GroupHarness.Request() with { ProtocolType = "connect" }).Error);
    }

    [Fact]
    public void OnlyMember_MayChangeToOtherProtocols()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request());
        RequestToken again = _group.Join(members[0].MemberId, null, GroupHarness.Protocol("sticky"));
        Assert.Equal(("sticky", 2), (_group.Joined(again).ProtocolName, _group.Joined(again).GenerationId));
    }

    [Fact]
    public void Follower_ThatComesUnchanged_GetsTheCurrentGeneration()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        JoinGroupReply again = Answer(GroupHarness.Request(members[1].MemberId));

        Assert.Equal((ErrorCode.None, 1, members[0].MemberId, 0), (again.Error, again.GenerationId, again.Leader, again.Members.Count));
        Assert.Equal(GroupState.Stable, _group.Group.State);
    }

    [Fact]
    public void Follower_ThatComesChanged_AndTheLeader_BeginARebalance()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken changed = _group.Join(members[1].MemberId, null, GroupHarness.Protocol("range", "t", "u"));
        Assert.False(_group.IsAnswered(changed));
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[0]));
        RequestToken other = _group.Join(members[0].MemberId);
        members = _group.Complete(other, changed);
        Assert.Equal(2, members[0].GenerationId);

        RequestToken leader = _group.Join(members[0].MemberId);
        Assert.Equal(GroupState.PreparingRebalance, _group.Group.State);
        RequestToken follower = _group.Join(members[1].MemberId, null, GroupHarness.Protocol("range", "t", "u"));
        Assert.Equal((3, 3), (_group.Joined(leader).GenerationId, _group.Joined(follower).GenerationId));
    }

    [Fact]
    public void WhileTheLeaderAssigns_AnUnchangedJoinIsAnsweredAgain_AndAChangedOneRebalances()
    {
        RequestToken[] joins = [_group.Join(), _group.Join()];
        _group.Pass(600);
        JoinGroupReply leader = _group.Joined(joins[0]);
        JoinGroupReply follower = _group.Joined(joins[1]);
        Assert.Equal(2, Answer(GroupHarness.Request(leader.MemberId)).Members.Count);
        Assert.Equal(1, Answer(GroupHarness.Request(follower.MemberId)).GenerationId);
        RequestToken sync = _group.Sync(follower);

        _group.Join(follower.MemberId, null, GroupHarness.Protocol("range", "u"));

        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Synced(sync).Error);
        Assert.Equal(GroupState.PreparingRebalance, _group.Group.State);
    }

    [Fact]
    public void JoinThatComesTwice_IsAnsweredTwice()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken first = _group.Join(members[0].MemberId);
        RequestToken second = _group.Join(members[0].MemberId);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Joined(first).Error);
        _group.Join(members[1].MemberId);
        Assert.Equal(2, _group.Joined(second).GenerationId);
    }

    [Fact]
    public void MembersThatDoNotJoinAgain_AreRemovedAfterTheRebalanceTimeout()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken again = _group.Join(members[0].MemberId);
        for (int passed = 0; passed < GroupHarness.RebalanceTimeoutMs; passed += 5_000)
        {
            Assert.False(_group.IsAnswered(again));
            Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[1]));
            _group.Pass(5_000);
        }

        Assert.Single(_group.Joined(again).Members);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(members[1]));
    }

    [Fact]
    public void LeaderThatDoesNotJoinAgain_IsFollowedByOneThatDid()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken newcomer = _group.Join();
        RequestToken follower = _group.Join(members[1].MemberId);
        _group.Pass(GroupHarness.RebalanceTimeoutMs);
        Assert.Equal(members[1].MemberId, _group.Joined(follower).Leader);
        Assert.Equal(members[1].MemberId, _group.Joined(newcomer).Leader);
    }

    [Fact]
    public void NewcomersThatWereToldTheirId_AreWaitedFor()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request());
        JoinGroupReply told = Answer(GroupHarness.Request() with { RequiresKnownMemberId = true });
        RequestToken leader = _group.Join(members[0].MemberId);
        Assert.False(_group.IsAnswered(leader));

        _group.Join(told.MemberId);

        Assert.Equal(2, _group.Joined(leader).Members.Count);
    }

    [Fact]
    public void FullGroup_RefusesNewcomers_ButNotItsMembersNorTheirSuccessors()
    {
        var group = new GroupHarness(new GroupOptions { MembersMax = 2, InitialRebalanceDelayMs = 0 });
        JoinGroupReply first = group.Complete(group.Join(instanceId: "i"))[0];
        RequestToken second = group.Join();
        RequestToken again = group.Join(first.MemberId, "i");
        JoinGroupReply[] members = group.Complete(again, second);

        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Joined(group.Join()).Error);
        Assert.Equal(ErrorCode.None, group.Joined(group.Join(members[1].MemberId)).Error);
        Assert.Equal(ErrorCode.None, group.Joined(group.Join(instanceId: "i")).Error);
    }

    [Fact]
    public void DeletedGroup_TakesNobody()
    {
        Assert.Equal(ErrorCode.None, _group.Group.TryEnd().Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, Answer(GroupHarness.Request()).Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, _group.Group.TryEnd().Error);
    }

    private JoinGroupReply Answer(JoinGroupRequest request) => _group.Joined(_group.Join(request));
}
