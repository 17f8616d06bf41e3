using StreamCoord.Partitions;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What a silo says about its copies, seen from outside: while all is well, while a copy or the leader is gone, and after that.</summary>
public sealed class ReplicaMetricsTests
{
    private const string Prefix = "streamcoord.replication.";

    [Fact]
    public async Task Whole_OneLeads_AllKeepACopy_NothingIsMissing()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync(inSyncMin: 2);
        using var leader = new MetricReader(trio.Nodes[0].Metrics.Meter);
        using var follower = new MetricReader(trio.Nodes[1].Metrics.Meter);
        trio.Nodes[1].Rows.See((await trio.Table.FindAsync(trio.Nodes[0].Replica.TopicId, 0))!);

        Assert.Equal((1, 1), (leader.Read(Prefix + "leaders"), leader.Read(Prefix + "replicas")));
        Assert.Equal((0, 1), (follower.Read(Prefix + "leaders"), follower.Read(Prefix + "replicas")));
        Assert.All(["under_replicated", "under_min_isr", "offline", "follower_lag", "leader_changes", "isr_shrinks", "isr_expands"], name => Assert.Equal(0, leader.Read(Prefix + name)));
    }

    [Fact]
    public async Task DeadFollowers_MakeThePartitionUnderReplicated_ThenUnderItsMinimum_AndComeBack()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync(inSyncMin: 2);
        TrioNode leader = trio.Nodes[0];
        using var metrics = new MetricReader(leader.Metrics.Meter);

        trio.Cut(leader, trio.Nodes[2]);
        leader.Membership.Set([leader.Id, trio.Nodes[1].Id]);
        await trio.UntilAsync(() => leader.Replica.InSync.Members.Count == 2, tick: true);
        Assert.Equal((1, 0, 1), (metrics.Read(Prefix + "under_replicated"), metrics.Read(Prefix + "under_min_isr"), metrics.Read(Prefix + "isr_shrinks")));

        trio.Cut(leader, trio.Nodes[1]);
        leader.Membership.Set([leader.Id]);
        await trio.UntilAsync(() => leader.Replica.InSync.Members.Count == 1, tick: true);
        Assert.Equal((1, 1, 2), (metrics.Read(Prefix + "under_replicated"), metrics.Read(Prefix + "under_min_isr"), metrics.Read(Prefix + "isr_shrinks")));
        Assert.Equal(ErrorCode.NotEnoughReplicas, leader.Replica.CheckAppend(RequiredAcks.All)?.Error);
        Assert.Equal((0, 0), (metrics.Read(Prefix + "isr_expands"), metrics.Read(Prefix + "offline")));

        trio.Heal();
        trio.SetAlive([.. trio.Nodes]);
        await trio.UntilAsync(() => leader.Replica.InSync.Members.Count == 3, tick: true);
        Assert.Equal((0, 0), (metrics.Read(Prefix + "under_replicated"), metrics.Read(Prefix + "under_min_isr")));
        Assert.InRange(metrics.Read(Prefix + "isr_expands"), 1, 2);
    }

    [Fact]
    public async Task DeadLeader_LeavesThePartitionOffline_UntilAnotherHasTakenOver()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode old, TrioNode next, TrioNode third) = (trio.Nodes[0], trio.Nodes[1], trio.Nodes[2]);
        next.Rows.See((await trio.Table.FindAsync(old.Replica.TopicId, 0))!);
        using var metrics = new MetricReader(next.Metrics.Meter);
        Assert.Equal(0, metrics.Read(Prefix + "offline"));
        trio.Cut(old, next);
        trio.Cut(old, third);

        trio.SetAlive(next, third);
        Assert.Equal((1, 0), (metrics.Read(Prefix + "offline"), metrics.Read(Prefix + "leaders")));
        trio.Advance(ReplicaTrio.LeaseMs + 100);
        await next.Replica.LeadAsync(isNewTerm: false);

        Assert.Equal((0, 1, 1), (metrics.Read(Prefix + "offline"), metrics.Read(Prefix + "leaders"), metrics.Read(Prefix + "leader_changes")));
        await next.Replica.LeadAsync(isNewTerm: true);
        Assert.Equal(1, metrics.Read(Prefix + "leader_changes"));
    }

    [Fact]
    public async Task FollowerLag_IsThatOfTheFurthestBehind()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode far) = (trio.Nodes[0], trio.Nodes[2]);
        using var metrics = new MetricReader(leader.Metrics.Meter);
        Assert.Equal(ErrorCode.None, (await leader.AppendAsync("a")).Error);
        await trio.UntilAsync(() => metrics.Read(Prefix + "follower_lag") == 0, tick: true);

        trio.Cut(leader, far);
        foreach (string value in (string[])["b", "c", "d"])
        {
            await leader.AppendAsync(value, RequiredAcks.Leader);
        }
        await trio.UntilAsync(() => trio.Nodes[1].Replica.Log.EndOffset == new Offset(4));
        Assert.Equal(3, metrics.Read(Prefix + "follower_lag"));

        trio.Heal();
        await trio.UntilAsync(() => metrics.Read(Prefix + "follower_lag") == 0, tick: true);
    }

    [Fact]
    public async Task CommitDuration_IsTheTimeUntilTheSlowestInSyncReplicaHasIt()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode far) = (trio.Nodes[0], trio.Nodes[2]);
        using var metrics = new MetricReader(leader.Metrics.Meter);
        trio.Cut(leader, far);
        Task<AppendReply> waiting = leader.AppendAsync("a");
        await trio.UntilAsync(() => trio.Nodes[1].Replica.Log.FlushedOffset == new Offset(1));

        await trio.LiveAsync(3_000);
        Assert.Empty(metrics.Recorded(Prefix + "commit.duration"));
        trio.Heal();
        await trio.UntilAsync(() => waiting.IsCompleted, tick: true);

        Assert.InRange(Assert.Single(metrics.Recorded(Prefix + "commit.duration")), 2.9, 60);
    }

    [Fact]
    public async Task Bytes_AreCountedWhereTheyLeaveAndWhereTheyArrive()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        using var leader = new MetricReader(trio.Nodes[0].Metrics.Meter);
        using var follower = new MetricReader(trio.Nodes[1].Metrics.Meter);
        Assert.Equal(0, follower.Read(Prefix + "received"));

        Assert.Equal(ErrorCode.None, (await trio.Nodes[0].AppendAsync("a")).Error);

        double received = follower.Read(Prefix + "received");
        Assert.InRange(received, 61, 200);
        Assert.Equal((2 * received, 0), (leader.Read(Prefix + "sent"), leader.Read(Prefix + "received")));
    }
}
