namespace StreamCoord.Replication.Tests;

/// <summary>What a leader makes of single answers; whole histories are for the simulation.</summary>
public sealed class LeaderReplicaTests
{
    private static readonly ReplicaId A = Replica(1);
    private static readonly ReplicaId B = Replica(2);
    private static readonly ReplicaId C = Replica(3);
    private static readonly ReplicationOptions Options = new() { LeaseMs = 1_000, HeartbeatMs = 100, LagMsMax = 5_000 };

    [Fact]
    public void Alone_CommitsAndServesAtOnce()
    {
        LeaderReplica leader = Lead([A]);

        Assert.True(leader.HoldsLease(nowMs: 1_000_000));
        Assert.Equal(new Offset(10), leader.HighWatermark);
    }

    [Fact]
    public void Others_MustHaveAnsweredWithinTheLease_AndHaveIt()
    {
        LeaderReplica leader = Lead([A, B]);
        Assert.False(leader.HoldsLease(0));
        Assert.Equal(Offset.None, leader.HighWatermark);

        Answer(leader, B, acknowledged: 10, nowMs: 0);

        Assert.Equal(new Offset(10), leader.HighWatermark);
        Assert.True(leader.HoldsLease(999));
        Assert.False(leader.HoldsLease(1_000));
    }

    [Fact]
    public void BelowMinInsync_NothingMoreIsCommitted()
    {
        LeaderReplica leader = Lead([A], Options with { InSyncMin = 2 });
        Assert.Equal(Offset.None, leader.HighWatermark);

        Answer(leader, B, acknowledged: 10, nowMs: 0);
        InSyncChange change = leader.ProposeChange(0)!;
        Assert.Equal([A, B], change.Members);
        Assert.Equal(Offset.None, leader.HighWatermark);

        leader.TableSays(leader.Epoch, new InSyncSet(change.Members, change.Version + 1));
        Assert.Equal(new Offset(10), leader.HighWatermark);
    }

    [Fact]
    public void AChange_IsTheSameUntilTheVersionMoves()
    {
        LeaderReplica leader = Lead([A, B, C]);
        leader.Unreachable(C.Node);

        InSyncChange change = leader.ProposeChange(0)!;
        leader.Unreachable(B.Node);
        leader.TableSays(leader.Epoch, leader.InSync);

        Assert.Equal([A, B], change.Members);
        Assert.Same(change, leader.ProposeChange(1));
        leader.TableSays(leader.Epoch, new InSyncSet(change.Members, change.Version + 1));
        Assert.Equal([A], leader.ProposeChange(2)!.Members);
    }

    [Fact]
    public void WhoLags_Leaves_AndWhoIsThereAgain_Returns()
    {
        LeaderReplica leader = Lead([A, B]);
        Answer(leader, B, acknowledged: 4, nowMs: 0);
        Assert.Null(leader.ProposeChange(5_000));

        InSyncChange shrink = leader.ProposeChange(5_001)!;
        Assert.Equal([A], shrink.Members);
        leader.TableSays(leader.Epoch, new InSyncSet(shrink.Members, 1));
        Assert.Equal(new Offset(10), leader.HighWatermark);

        Answer(leader, B, acknowledged: 10, nowMs: 6_000);
        Assert.Equal([A, B], leader.ProposeChange(6_000)!.Members);
    }

    [Fact]
    public void WhoHasLessThanItAcknowledged_LeavesAtOnce()
    {
        LeaderReplica leader = Lead([A, B]);
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Assert.Null(leader.ProposeChange(100));

        PushPlan plan = leader.PlanPush(B.Node, 100)!;
        leader.PushAnswered(plan, Reply(B, plan, PushOutcome.Diverged, Offset.None, end: 3, resumeAt: 3), 100);

        Assert.Equal([A], leader.ProposeChange(100)!.Members);
        Assert.Equal(new Offset(10), leader.HighWatermark);
    }

    [Fact]
    public void AWipedDirectory_IsNotTheMemberThatItReplaces()
    {
        LeaderReplica leader = Lead([A, B]);
        ReplicaId wiped = B with { Incarnation = new Incarnation(new Guid(9, 0, 0, new byte[8])) };

        Answer(leader, wiped, acknowledged: 10, nowMs: 0);

        Assert.False(leader.HoldsLease(0));
        Assert.Equal(Offset.None, leader.HighWatermark);
        InSyncChange change = leader.ProposeChange(0)!;
        Assert.Equal([A, wiped], change.Members);
    }

    [Fact]
    public void AResignedLeader_ServesNoMore_AndNamesWhoHasEverything()
    {
        LeaderReplica leader = Lead([A, B, C]);
        Answer(leader, B, acknowledged: 9, nowMs: 0);
        Answer(leader, C, acknowledged: 10, nowMs: 0);
        Assert.True(leader.HoldsLease(0));

        Assert.Equal(C, leader.FindSuccessor());
        leader.Resign();

        Assert.False(leader.HoldsLease(0));
        Assert.Null(leader.ProposeChange(10_000));
    }

    [Fact]
    public void WhoIsReadFrom_HearsAtOnceOfCommits_AndOnlyOnce()
    {
        LeaderReplica leader = Lead([A, B, C]);
        leader.ReadFrom(B.Node);
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Assert.Null(leader.PlanPush(B.Node, 1));
        Assert.False(leader.HasNewsForReaders);

        Answer(leader, C, acknowledged: 10, nowMs: 1);

        Assert.True(leader.HasNewsForReaders);
        Assert.Null(leader.PlanPush(C.Node, 1));
        PushPlan plan = leader.PlanPush(B.Node, 1)!;
        Assert.False(leader.HasNewsForReaders);
        Assert.Equal(new Offset(10), leader.Send(plan, [], 1).HighWatermark);
        leader.PushAnswered(plan, Reply(B, plan, PushOutcome.Accepted, new Offset(10), end: 10), 1);
        Assert.Null(leader.PlanPush(B.Node, 1));
    }

    [Fact]
    public void InSyncPeers_AreThoseThatAnswerAndMayLead()
    {
        LeaderReplica leader = Lead([A, B, C]);
        Assert.Empty(leader.InSyncPeers);
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Answer(leader, C, acknowledged: 9, nowMs: 0);

        Assert.Equal([(B.Node, new Offset(10)), (C.Node, new Offset(9))], leader.InSyncPeers);
        leader.Unreachable(B.Node);
        Assert.Equal([(C.Node, new Offset(9))], leader.InSyncPeers);
        leader.TableSays(leader.Epoch, new InSyncSet([A, B], 1));
        Assert.Empty(leader.InSyncPeers);
    }

    [Fact]
    public void WhoseDiskTakesNoWrites_LeavesTheInSyncSetAtOnce_UntilItHasCaughtUp()
    {
        LeaderReplica leader = Lead([A, B, C]);
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Answer(leader, C, acknowledged: 9, nowMs: 0);
        Assert.Null(leader.ProposeChange(1));

        PushPlan plan = leader.PlanPush(C.Node, 1_000)!;
        leader.PushAnswered(plan, Reply(C, plan, PushOutcome.Refused, Offset.None, end: 9), 1_000);

        InSyncChange change = leader.ProposeChange(1_000)!;
        Assert.Equal([A, B], change.Members);
        leader.TableSays(leader.Epoch, new InSyncSet(change.Members, change.Version + 1));
        Assert.Equal(new Offset(10), leader.HighWatermark);
        Assert.Null(leader.PlanPush(C.Node, 1_001));

        Answer(leader, C, acknowledged: 9, nowMs: 2_000);
        Assert.Null(leader.ProposeChange(2_000));
        Answer(leader, C, acknowledged: 10, nowMs: 3_000);
        Assert.Equal([A, B, C], leader.ProposeChange(3_000)!.Members);
    }

    [Fact]
    public void ANewerTerm_DeposesIt()
    {
        LeaderReplica leader = Lead([A, B]);
        PushPlan plan = leader.PlanPush(B.Node, 0)!;

        leader.PushAnswered(plan, Reply(B, plan, PushOutcome.Fenced, Offset.None, end: 10) with { Epoch = leader.Epoch.Next() }, 0);

        Assert.True(leader.IsDeposed);
        Assert.Null(leader.PlanPush(B.Node, 1_000));
    }

    [Fact]
    public void TheFirstOfTheReplicas_ThatIsInSyncAndAlive_TakesOver()
    {
        NodeId[] replicas = [A.Node, B.Node, C.Node];
        var inSync = new InSyncSet([C, B], 4);

        Assert.False(TakeOver.IsDue(B, C.Node, inSync, replicas, new HashSet<ReplicaId> { A, B, C }));
        Assert.True(TakeOver.IsDue(B, A.Node, inSync, replicas, new HashSet<ReplicaId> { B, C }));
        Assert.False(TakeOver.IsDue(C, A.Node, inSync, replicas, new HashSet<ReplicaId> { B, C }));
        Assert.False(TakeOver.IsDue(A, A.Node, inSync, replicas, new HashSet<ReplicaId> { A, B, C }));
        Assert.True(TakeOver.IsDue(C, C.Node, inSync, replicas, new HashSet<ReplicaId> { A, B, C }));
        Assert.True(TakeOver.IsDue(B, C.Node, inSync, replicas, new HashSet<ReplicaId> { B, C with { Incarnation = new Incarnation(new Guid(9, 0, 0, new byte[8])) } }));
    }

    [Fact]
    public void TheOneThatIsInSyncAndAlive_TakesOver_AlsoWhenItIsToHaveNoCopyAnyMore()
    {
        Assert.True(TakeOver.IsDue(C, A.Node, new InSyncSet([A, C], 4), [A.Node, B.Node], new HashSet<ReplicaId> { B, C }));
    }

    private static ReplicaId Replica(int node) => new(new NodeId(node), new Incarnation(new Guid(node, 0, 0, new byte[8])));

    [Fact]
    public void ReplicateTo_PushesToWhoIsNew_AndForgetsWhoIsNotWantedWhenHeIsInSyncNoMore()
    {
        LeaderReplica leader = Lead([A, B]);
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Assert.Equal([B.Node, C.Node], leader.Peers);

        leader.ReplicateTo([A.Node, C.Node], nowMs: 0);
        Assert.Equal([B.Node, C.Node], leader.Peers);
        Answer(leader, C, acknowledged: 10, nowMs: 0);
        InSyncChange change = leader.ProposeChange(0)!;
        Assert.Equal([A, C], change.Members);

        leader.TableSays(leader.Epoch, new InSyncSet(change.Members, change.Version + 1));
        Assert.Equal([C.Node], leader.Peers);
        Assert.Null(leader.PlanPush(B.Node, 1_000));
    }

    [Fact]
    public void WhoIsOwedAPush_IsFound_AndNobodyElse()
    {
        LeaderReplica leader = Lead([A, B, C]);
        Assert.Equal([B.Node, C.Node], leader.FindDue(0));

        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Assert.Equal([C.Node], leader.FindDue(0));
        Answer(leader, C, acknowledged: 10, nowMs: 0);
        Assert.Empty(leader.FindDue(Options.HeartbeatMs - 1));
        Assert.Equal([B.Node, C.Node], leader.FindDue(Options.HeartbeatMs));

        leader.TableSays(new LeaderEpoch(6), new InSyncSet([B], 1));
        Assert.Empty(leader.FindDue(Options.HeartbeatMs));
    }

    [Fact]
    public void WhereEverySiloReads_EveryoneHearsAtOnceOfCommits_AndOnlyOnce()
    {
        LeaderReplica leader = Lead([A, B, C], Options with { IsReadEverywhere = true });
        Answer(leader, B, acknowledged: 10, nowMs: 0);
        Assert.False(leader.HasNewsForReaders);

        Answer(leader, C, acknowledged: 10, nowMs: 1);

        foreach (ReplicaId replica in (ReplicaId[])[B, C])
        {
            Assert.True(leader.HasNewsForReaders);
            Assert.Equal(new Offset(10), leader.Send(leader.PlanPush(replica.Node, 1)!, [], 1).HighWatermark);
        }
        Assert.False(leader.HasNewsForReaders);
    }

    private static LeaderReplica Lead(ReplicaId[] inSync, ReplicationOptions? options = null) =>
        new(A, new LeaderEpoch(5), new FixedLog((3, 10)), new InSyncSet(inSync, 0), [A.Node, B.Node, C.Node], options ?? Options, nowMs: 0);

    private static void Answer(LeaderReplica leader, ReplicaId replica, long acknowledged, long nowMs)
    {
        PushPlan plan = leader.PlanPush(replica.Node, nowMs)!;
        leader.Send(plan, [], nowMs);
        leader.PushAnswered(plan, Reply(replica, plan, PushOutcome.Accepted, new Offset(acknowledged), end: acknowledged) with { SentAtMs = nowMs }, nowMs);
    }

    private static PushReply Reply(ReplicaId replica, PushPlan plan, PushOutcome result, Offset acknowledged, long end, long resumeAt = -1) =>
        new(result, replica, new LeaderEpoch(5), plan.Number, 0, acknowledged, new Offset(end), new Offset(resumeAt), new LeaderEpoch(resumeAt < 0 ? -1 : 3));
}
