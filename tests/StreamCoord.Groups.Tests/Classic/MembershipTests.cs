using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>Heartbeats, sessions, leaving, and what is written of a group.</summary>
public sealed class MembershipTests
{
    private readonly GroupHarness _group = new();

    [Fact]
    public void Heartbeat_IsAnsweredByTheState()
    {
        RequestToken[] joins = [_group.Join(), _group.Join()];
        _group.Pass(600);
        JoinGroupReply leader = _group.Joined(joins[0]);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(leader));
        _group.Complete(joins);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(leader));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Heartbeat(leader with { GenerationId = 0 }));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(leader with { MemberId = "x" }));
        _group.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(leader));
    }

    [Fact]
    public void SilentMember_IsRemoved_AfterItsSessionTimeout()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        _group.Pass(GroupHarness.SessionTimeoutMs - 1);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(members[0]));
        _group.Pass(1);

        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[0]));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(members[1]));
    }

    [Fact]
    public void MemberThatWaitsForAJoin_NeedsNoHeartbeats()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken waiting = _group.Join(members[0].MemberId);
        for (int i = 0; i < 5; i++)
        {
            _group.Heartbeat(members[1]);
            _group.Pass(GroupHarness.SessionTimeoutMs - 1);
        }
        RequestToken last = _group.Join(members[1].MemberId);
        Assert.Equal((2, 2), (_group.Joined(waiting).GenerationId, _group.Joined(last).GenerationId));
    }

    [Fact]
    public void LastMemberThatLeaves_LeavesAnEmptyGroup_WhichIsWritten()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request());
        Assert.Equal([ErrorCode.None], _group.Leave((members[0].MemberId, null)));

        Assert.Equal((GroupState.Empty, 2), (_group.Group.State, _group.Group.Generation));
        Assert.False(_group.Group.HasMembers);
        GroupMetadata written = _group.LastWrite!;
        Assert.Equal(("consumer", 2, null, null, _group.NowMs), (written.ProtocolType, written.Generation, written.Protocol, written.Leader, written.StateTimestampMs));
        Assert.Empty(written.Members);
        Assert.Empty(_group.Group.SubscribedTopics!);
    }

    [Fact]
    public void EachLeavingMember_HasItsOwnOutcome()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request(instanceId: "i"), GroupHarness.Request(instanceId: "j"));
        string told = _group.Joined(_group.Join(GroupHarness.Request() with { RequiresKnownMemberId = true })).MemberId;

        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.None, ErrorCode.FencedInstanceId, ErrorCode.UnknownMemberId, ErrorCode.None, ErrorCode.UnknownMemberId],
            _group.Leave((members[0].MemberId, null), ("x", null), ("", "i"), ("x", "j"), ("", "k"), (told, null), ("", null)));
        RequestToken last = _group.Join(members[2].MemberId, "j");
        Assert.Single(_group.Joined(last).Members);
    }

    [Fact]
    public void MemberThatLeavesWhileItWaits_IsAnswered()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        RequestToken waiting = _group.Join(members[0].MemberId);
        _group.Leave((members[0].MemberId, null));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Joined(waiting).Error);
    }

    [Fact]
    public void GroupThatWasWritten_GoesOnAsItWas()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(instanceId: "i"), GroupHarness.Request());
        var next = new GroupHarness(metadata: _group.LastWrite);

        Assert.Equal((GroupState.Stable, 1, "consumer"), (next.Group.State, next.Group.Generation, next.Group.ProtocolType));
        Assert.Equal([ErrorCode.None, ErrorCode.None], members.Select(member => next.Heartbeat(member)));
        Assert.Equal("1", next.Assignment(next.Sync(members[1])));
        Assert.Equal(members[0].MemberId, next.Joined(next.Join(members[1].MemberId)).Leader);
        next.Pass(GroupHarness.SessionTimeoutMs - 1);
        Assert.Equal(GroupState.Stable, next.Group.State);
        next.Pass(1);
        Assert.Equal((GroupState.Empty, 2), (next.Group.State, next.Group.Generation));
    }

    [Fact]
    public void Description_ShowsBytes_OnlyOfAStableGroup()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request(instanceId: "i"));
        GroupDescription stable = _group.Group.Describe();
        Assert.Equal((GroupState.Stable, "consumer", "range", 1), (stable.State, stable.ProtocolType, stable.ProtocolName, stable.GenerationId));
        Assert.Equal([members[0].MemberId, members[1].MemberId], stable.Members.Select(member => member.MemberId));
        Assert.Equal("i", stable.Members[1].GroupInstanceId);
        Assert.Equal("1"u8.ToArray(), stable.Members[1].Assignment.ToArray());
        Assert.Equal(GroupHarness.Subscription("t"), stable.Members[1].Metadata.ToArray());

        _group.Join();

        GroupDescription rebalancing = _group.Group.Describe();
        Assert.Equal((GroupState.PreparingRebalance, ""), (rebalancing.State, rebalancing.ProtocolName));
        Assert.All(rebalancing.Members, member => Assert.True(member.Assignment.IsEmpty && member.Metadata.IsEmpty));
    }

    [Fact]
    public void GroupWithMembers_CannotBeDeleted()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request());
        Assert.Equal(ErrorCode.NonEmptyGroup, _group.Group.TryEnd().Error);
        _group.Leave((members[0].MemberId, null));
        Assert.Equal(ErrorCode.None, _group.Group.TryEnd().Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, _group.Heartbeat(members[0]));
        Assert.Equal([ErrorCode.CoordinatorNotAvailable], _group.Leave(("x", null)));
    }
}
