using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Tests.Leadership;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Replication;
using StreamCoord.Testing.Disk;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What becomes of a silo's copy when its row says that others keep the partition.</summary>
public sealed class CopyRemovalTests : IAsyncLifetime
{
    private readonly SimulatedDisk _disk = new();
    private ReplicaTrio _trio = null!;
    private LogManager _logs = null!;
    private ReplicaRegistry _silo = null!;

    // The silo has the identity of the third node; the one that leads is the first.
    private ReplicaId Self => _trio.Nodes[2].Id;

    private LeadershipRow Before => _trio.Nodes[0].Replica.Row;

    public async ValueTask InitializeAsync()
    {
        _trio = await ReplicaTrio.StartAsync();
        ReplicaContext context = _trio.Nodes[2].Context with { Rows = new Leaderships() };
        _logs = new LogManager(_disk, "/silo", new LogOptions { AppendThreads = 1, ReadThreads = 1 }, TimeProvider.System, NullLogger<LogManager>.Instance);
        var topics = new InternalTopics(_trio.Table, context.Rows, new ClusterIdentity("trio", Self.Node, Self.Incarnation), new ZNodeOptions(), []);
        _silo = new ReplicaRegistry(_logs, topics, new LeadershipMoves(context, NullLogger<LeadershipMoves>.Instance), context, NullLogger<ReplicaRegistry>.Instance);
        var lifecycle = new FirstStages();
        _silo.Participate(lifecycle);
        await lifecycle.StartAsync(ServiceLifecycleStage.RuntimeStorageServices);
    }

    public async ValueTask DisposeAsync()
    {
        _silo.Dispose();
        await _logs.DisposeAsync();
        await _trio.DisposeAsync();
    }

    [Fact]
    public async Task CopyThatOthersKeepNow_IsDeleted_AndBeginsAnewWhenItIsCalledBack()
    {
        Assert.Equal(new Offset(1), (await PushAsync())!.AcknowledgedOffset);

        LeadershipRow away = await SendAwayAsync();
        _silo.Hear(away);

        await _trio.UntilAsync(() => _silo.All.All(replica => replica.TopicId != away.TopicId));
        Assert.False(await _logs.ExistsAsync(away.TopicId, 0));
        Assert.Null(await PushAsync());
        _silo.Hear(await CallBackAsync(away));
        Assert.Equal(Offset.Zero, (await _silo.FindAsync(away.TopicId, 0))!.Log.EndOffset);
        Assert.Equal(new Offset(1), (await PushAsync())!.AcknowledgedOffset);
    }

    [Fact]
    public async Task CopyThatWasCalledBackMeanwhile_Stays()
    {
        PartitionReplica old = await FollowAsync();
        LeadershipRow away = await SendAwayAsync();
        LeadershipRow back = await CallBackAsync(away);

        _silo.Hear(away);

        await _trio.UntilAsync(() => old.IsRemoved && _silo.All.Any(replica => replica.TopicId == away.TopicId && !replica.IsRemoved));
        PartitionReplica present = (await _silo.FindAsync(away.TopicId, 0))!;
        Assert.Equal((back.InSync.Version, new Offset(1)), (present.Row.InSync.Version, present.Log.EndOffset));
    }

    [Fact]
    public async Task PushThatIsUnderWay_WhenTheCopyIsToGo_IsNotAnswered_AndEndsFirst()
    {
        using var held = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        PartitionReplica replica = (await _silo.FindAsync(Before.TopicId, 0))!;
        _disk.OnFlush = () =>
        {
            reached.Set();
            held.Wait(TestContext.Current.CancellationToken);
        };
        Task<PushReply?> pushing = PushAsync();
        await Task.Run(() => reached.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        Task removing = replica.RemoveAsync();
        Task releasing = Task.Run(
            async () =>
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                held.Set();
            },
            TestContext.Current.CancellationToken);

        await removing;
        Assert.True(held.IsSet);
        Assert.Null(await pushing);
        await releasing;
    }

    private async Task<PartitionReplica> FollowAsync()
    {
        Assert.Equal(new Offset(1), (await PushAsync())!.AcknowledgedOffset);
        return (await _silo.FindAsync(Before.TopicId, 0))!;
    }

    private async Task<PushReply?> PushAsync()
    {
        PartitionLog log = _trio.Nodes[0].Replica.Log;
        if (log.EndOffset == Offset.Zero)
        {
            await _trio.Nodes[0].AppendAsync("a", RequiredAcks.Leader);
        }
        ReplicaRead read = await log.ReadForReplicaAsync(Offset.Zero, 1_000);
        var push = new Push { Epoch = Before.LeaderEpoch, Number = 0, SentAtMs = 0, From = Offset.Zero, EpochBefore = LeaderEpoch.Unknown, Batches = read.Batches };
        return await _silo.PushAsync(new ReplicaPush(Before.TopicId, 0, push, new RecordData(read.Data.Bytes.ToArray())));
    }

    private async Task<LeadershipRow> SendAwayAsync()
    {
        LeadershipRow row = (await _trio.Table.FindAsync(Before.TopicId, 0))!;
        row = (await _trio.Table.AssignAsync(row.TopicId, 0, row.InSync.Version, Assignment.Of([.. row.Replicas.Where(node => node != Self.Node)])))!;
        return (await _trio.Table.ChangeInSyncAsync(row.TopicId, 0, new InSyncChange(row.LeaderEpoch, row.InSync.Version, [.. row.InSync.Members.Where(member => member != Self)])))!;
    }

    private async Task<LeadershipRow> CallBackAsync(LeadershipRow away) =>
        (await _trio.Table.AssignAsync(away.TopicId, 0, away.InSync.Version, Assignment.Of([.. away.Replicas, Self.Node])))!;
}
