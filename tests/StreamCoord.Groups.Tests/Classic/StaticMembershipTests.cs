using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>Members that keep a name over restarts (KIP-345, KIP-814).</summary>
public sealed class StaticMembershipTests
{
    private readonly GroupHarness _group = new();

    [Fact]
    public void SuccessorOfAFollower_GetsItsPlaceWithoutARebalance_OnceThatIsWritten()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request(instanceId: "i"));
        _group.HoldsWrites = true;
        RequestToken join = _group.Join(instanceId: "i");
        Assert.False(_group.IsAnswered(join));
        _group.CompleteWrites();

        JoinGroupReply successor = _group.Joined(join);
        Assert.Equal((ErrorCode.None, 1, members[0].MemberId), (successor.Error, successor.GenerationId, successor.Leader));
        Assert.NotEqual(members[1].MemberId, successor.MemberId);
        Assert.Equal(GroupState.Stable, _group.Group.State);
        Assert.Equal("1", _group.Assignment(_group.Sync(new SyncGroupRequest(1, successor.MemberId, "i", null, null, []))));
        Assert.Contains(_group.LastWrite!.Members, member => member.MemberId == successor.MemberId && member.Assignment.Span.SequenceEqual("1"u8));
    }

    [Fact]
    public void Predecessor_IsFenced_WhateverItAsks()
    {
        JoinGroupReply old = _group.Form(GroupHarness.Request(instanceId: "i"), GroupHarness.Request())[0];
        _group.Join(instanceId: "i");

        Assert.Equal(ErrorCode.FencedInstanceId, _group.Heartbeat(old, "i"));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Joined(_group.Join(old.MemberId, "i")).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Synced(_group.Sync(new SyncGroupRequest(1, old.MemberId, "i", null, null, []))).Error);
        Assert.Equal([ErrorCode.FencedInstanceId], _group.Leave((old.MemberId, "i")));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Group.CheckCommit(new CommitOffsetsRequest(1, old.MemberId, "i", -1, []), _group.NowMs).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(old));
    }

    [Fact]
    public void PredecessorThatWaits_HearsThatItIsFenced()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(instanceId: "i"), GroupHarness.Request());
        RequestToken waiting = _group.Join(members[0].MemberId, "i");
        RequestToken successor = _group.Join(instanceId: "i");
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Joined(waiting).Error);
        _group.Join(members[1].MemberId);
        Assert.Equal(2, _group.Joined(successor).GenerationId);
    }

    [Fact]
    public void SuccessorOfTheLeader_SkipsTheAssigning_WhenItCan()
    {
        JoinGroupReply old = _group.Form(GroupHarness.Request(instanceId: "i"), GroupHarness.Request())[0];
        JoinGroupReply skipping = _group.Joined(_group.Join(GroupHarness.Request(instanceId: "i") with { SupportsSkippingAssignment = true }));
        Assert.Equal((true, skipping.MemberId, 2), (skipping.SkipAssignment, skipping.Leader, skipping.Members.Count));

        JoinGroupReply older = _group.Joined(_group.Join(instanceId: "i"));
        Assert.Equal((false, skipping.MemberId, 0), (older.SkipAssignment, older.Leader, older.Members.Count));
        Assert.NotEqual(old.MemberId, older.Leader);
    }

    [Fact]
    public void SuccessorThatChangesTheProtocol_Rebalances()
    {
        GroupProtocol[] both = [GroupHarness.Protocol("range", "t"), GroupHarness.Protocol("sticky", "t")];
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(instanceId: "i", protocols: both), GroupHarness.Request(protocols: both));
        RequestToken successor = _group.Join("", "i", GroupHarness.Protocol("sticky", "t"));
        Assert.Equal(GroupState.PreparingRebalance, _group.Group.State);
        _group.Join(members[1].MemberId, null, both);
        Assert.Equal(("sticky", 2), (_group.Joined(successor).ProtocolName, _group.Joined(successor).GenerationId));
    }

    [Fact]
    public void SuccessorWhileTheLeaderAssigns_Rebalances()
    {
        RequestToken[] joins = [_group.Join(instanceId: "i"), _group.Join()];
        _group.Pass(600);
        _group.Join(instanceId: "i");
        Assert.Equal(GroupState.PreparingRebalance, _group.Group.State);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(_group.Joined(joins[1])));
    }

    [Fact]
    public void SilentStaticMember_OutlivesARebalance_ButNotItsSession()
    {
        JoinGroupReply[] members = _group.Form(
            GroupHarness.Request(),
            GroupHarness.Request(instanceId: "i") with { SessionTimeoutMs = 300_000 });
        _group.Join();
        RequestToken again = _group.Join(members[0].MemberId);
        _group.Pass(GroupHarness.RebalanceTimeoutMs);

        JoinGroupReply leader = _group.Joined(again);
        Assert.Equal(3, leader.Members.Count);
        Assert.Contains(leader.Members, member => member.GroupInstanceId == "i" && member.MemberId == members[1].MemberId);
        _group.Pass(300_000 - GroupHarness.RebalanceTimeoutMs);
        Assert.DoesNotContain(_group.Group.Describe().Members, member => member.GroupInstanceId == "i");
    }

    [Fact]
    public void RebalanceOfSilentStaticMembersOnly_WaitsForOneOfThem()
    {
        JoinGroupReply[] members = _group.Form(
            GroupHarness.Request() with { RebalanceTimeoutMs = 1_000 },
            GroupHarness.Request(instanceId: "i") with { SessionTimeoutMs = 300_000, RebalanceTimeoutMs = 1_000 });
        _group.Leave((members[0].MemberId, null));
        _group.Pass(50_000);
        Assert.Equal((GroupState.PreparingRebalance, 1), (_group.Group.State, _group.Group.Generation));

        RequestToken successor = _group.Join(instanceId: "i");

        Assert.Equal((2, _group.Joined(successor).MemberId), (_group.Joined(successor).GenerationId, _group.Joined(successor).Leader));
    }
}
