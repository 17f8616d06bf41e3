using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>How the leader's assignment reaches the members.</summary>
public sealed class SyncTests
{
    private readonly GroupHarness _group = new();

    [Fact]
    public void Assignment_ReachesEachMember_WhenItIsDurable()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.HoldsWrites = true;
        RequestToken waiting = _group.Sync(follower);
        RequestToken sync = _group.Sync(leader, (leader.MemberId, "one"), (follower.MemberId, "two"));
        Assert.False(_group.IsAnswered(waiting));
        Assert.False(_group.IsAnswered(sync));
        Assert.Equal(GroupState.CompletingRebalance, _group.Group.State);

        _group.CompleteWrites();

        Assert.Equal(("one", "two"), (_group.Assignment(sync), _group.Assignment(waiting)));
        Assert.Equal(("consumer", "range"), (_group.Synced(sync).ProtocolType, _group.Synced(sync).ProtocolName));
        Assert.Equal("two", _group.Assignment(_group.Sync(follower)));
    }

    [Fact]
    public void MemberThatTheLeaderForgot_GetsAnEmptyAssignment()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.Sync(leader, (leader.MemberId, "one"));
        Assert.Equal("", _group.Assignment(_group.Sync(follower)));
    }

    [Fact]
    public void AssignmentThatCannotBeWritten_IsNotGivenOut()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.HoldsWrites = true;
        RequestToken[] syncs = [_group.Sync(follower), _group.Sync(leader, (leader.MemberId, "one"))];
        _group.CompleteWrites(ErrorCode.CoordinatorNotAvailable);

        Assert.All(syncs, sync => Assert.Equal(ErrorCode.CoordinatorNotAvailable, _group.Synced(sync).Error));
        Assert.Equal(GroupState.PreparingRebalance, _group.Group.State);
    }

    [Fact]
    public void AssignmentOfAGenerationThatIsOver_IsNotGivenOut()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.HoldsWrites = true;
        RequestToken sync = _group.Sync(leader, (leader.MemberId, "old"));
        _group.Leave((follower.MemberId, null));
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Synced(sync).Error);
        RequestToken again = _group.Join(leader.MemberId);
        _group.CompleteWrites();

        Assert.Equal((2, GroupState.CompletingRebalance), (_group.Joined(again).GenerationId, _group.Group.State));
    }

    [Fact]
    public void WrongGeneration_Member_Protocol_AndTime_AreTold()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        var request = new SyncGroupRequest(1, follower.MemberId, null, "consumer", "range", []);
        Assert.Equal(ErrorCode.IllegalGeneration, Error(request with { GenerationId = 2 }));
        Assert.Equal(ErrorCode.UnknownMemberId, Error(request with { MemberId = "x" }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Error(request with { ProtocolName = "sticky" }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Error(request with { ProtocolType = "connect" }));
        _group.Leave((leader.MemberId, null));
        Assert.Equal(ErrorCode.RebalanceInProgress, Error(request));

        ErrorCode Error(SyncGroupRequest wrong) => _group.Synced(_group.Sync(wrong)).Error;
    }

    [Fact]
    public void LeaderThatNeverSyncs_IsRemoved_AndTheOthersRebalance()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        RequestToken waiting = _group.Sync(follower);
        for (int passed = 0; passed < GroupHarness.RebalanceTimeoutMs; passed += 5_000)
        {
            Assert.False(_group.IsAnswered(waiting));
            _group.Heartbeat(leader);
            _group.Pass(5_000);
        }

        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Synced(waiting).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(leader));
        Assert.Equal(follower.MemberId, _group.Joined(_group.Join(follower.MemberId)).Leader);
    }

    [Fact]
    public void FollowerThatNeverSyncs_IsRemoved_FromAStableGroup()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.Sync(leader, (leader.MemberId, "one"));
        for (int passed = 0; passed < GroupHarness.RebalanceTimeoutMs; passed += 5_000)
        {
            Assert.Equal(ErrorCode.None, _group.Heartbeat(leader));
            _group.Heartbeat(follower);
            _group.Pass(5_000);
        }

        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(leader));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(follower));
    }

    [Fact]
    public void WhoWaitedForASync_HasAWholeSessionAfterIt()
    {
        (JoinGroupReply leader, JoinGroupReply follower) = Join();
        _group.Sync(follower);
        for (int i = 0; i < 4; i++)
        {
            _group.Pass(GroupHarness.SessionTimeoutMs - 1);
            _group.Heartbeat(leader);
        }
        _group.Leave((leader.MemberId, null));
        _group.Pass(GroupHarness.SessionTimeoutMs - 1);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(follower));
        _group.Pass(GroupHarness.SessionTimeoutMs);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(follower));
    }

    private (JoinGroupReply Leader, JoinGroupReply Follower) Join()
    {
        RequestToken[] joins = [_group.Join(), _group.Join()];
        _group.Pass(600);
        return (_group.Joined(joins[0]), _group.Joined(joins[1]));
    }
}
