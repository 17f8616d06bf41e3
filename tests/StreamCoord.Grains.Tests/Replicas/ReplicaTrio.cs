using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Replication;
using StreamCoord.Testing.Disk;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>Three copies of one partition over simulated disks and a real leadership table, with a network and a clock that the test has in its hand.</summary>
internal sealed class ReplicaTrio : IAsyncDisposable
{
    /// <summary>How long a leader may serve without having heard of the others; see <see cref="ReplicationOptions"/>.</summary>
    public const int LeaseMs = 2_000;

    private static readonly TopicId Topic = TopicId.NewId();

    private readonly SqliteFile _file = new();
    private readonly ConcurrentDictionary<(NodeId From, NodeId To), bool> _cuts = new();
    private Database _database = null!;

    private ReplicaTrio()
    {
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>See <see cref="CatchUpLimit"/>.</summary>
    public long CatchUpBytesPerSecond { get; private init; }

    public IReadOnlyList<TrioNode> Nodes { get; private set; } = [];

    public ILeadershipTable Table { get; private set; } = null!;

    /// <summary>Makes the partition, which the first node leads.</summary>
    public static async Task<ReplicaTrio> StartAsync(int inSyncMin = 1, long catchUpBytesPerSecond = 0)
    {
        var trio = new ReplicaTrio { CatchUpBytesPerSecond = catchUpBytesPerSecond };
        await trio.OpenAsync(inSyncMin);
        await trio.Nodes[0].Replica.LeadAsync(isNewTerm: false);
        await trio.UntilAsync(() => trio.Nodes[0].Replica.CheckRead() is null, tick: true);
        return trio;
    }

    /// <summary>Nothing goes from one node to the other, in either direction.</summary>
    public void Cut(TrioNode one, TrioNode other)
    {
        _cuts[(one.Id.Node, other.Id.Node)] = true;
        _cuts[(other.Id.Node, one.Id.Node)] = true;
    }

    /// <summary>Everything gets through again.</summary>
    public void Heal() => _cuts.Clear();

    /// <summary>The nodes that the membership says live, for all who are asked.</summary>
    public void SetAlive(params TrioNode[] alive)
    {
        foreach (TrioNode node in Nodes)
        {
            node.Membership.Set([.. alive.Select(each => each.Id)]);
        }
    }

    /// <summary>Lets time pass, as it does for a silo: in ticks.</summary>
    public void Advance(int ms)
    {
        for (int passed = 0; passed < ms; passed += 100)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            Tick();
        }
    }

    /// <summary>Lets time pass so slowly that the copies hear of each other in it.</summary>
    public async Task LiveAsync(int ms)
    {
        for (int passed = 0; passed < ms; passed += 100)
        {
            Advance(100);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public void Tick()
    {
        foreach (TrioNode node in Nodes)
        {
            node.Replica.Tick();
        }
    }

    /// <summary>Waits for what happens by itself, without time passing unless <paramref name="tick"/> asks for it.</summary>
    public async Task UntilAsync(Func<bool> condition, bool tick = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            if (tick)
            {
                Advance(100);
            }
            await Task.Delay(1, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TrioNode node in Nodes)
        {
            await node.DisposeAsync();
        }
        await _database.DisposeAsync();
        await _file.DisposeAsync();
    }

    internal bool IsCut(NodeId from, NodeId to) => _cuts.ContainsKey((from, to));

    private async Task OpenAsync(int inSyncMin)
    {
        _database = await _file.OpenAsync();
        Table = new LeadershipTable(_database);
        ReplicaId[] ids = [.. Enumerable.Range(1, 3).Select(i => new ReplicaId(new NodeId(i), new Incarnation(Guid.NewGuid())))];
        await Table.CreateAsync(Topic, 0, [new PartitionReplicas([.. ids.Select(id => id.Node)], ids)]);
        LeadershipRow row = (await Table.FindAsync(Topic, 0))!;
        Nodes = [.. ids.Select(id => new TrioNode(this, id, row, inSyncMin))];
        SetAlive([.. Nodes]);
    }
}

/// <summary>One of the three: its disk, its copy, and what it believes of the others.</summary>
internal sealed class TrioNode : IPeers, IAsyncDisposable
{
    private readonly ReplicaTrio _trio;
    private readonly LogManager _logs;

    public TrioNode(ReplicaTrio trio, ReplicaId id, LeadershipRow row, int inSyncMin)
    {
        (_trio, Id) = (trio, id);
        _logs = new LogManager(Disk, $"/node{id}", new LogOptions { AppendThreads = 1, ReadThreads = 1 }, trio.Time, NullLogger<LogManager>.Instance);
        var clock = new MonotonicClock(trio.Time);
        var identity = new ClusterIdentity("trio", id.Node, id.Incarnation);
        Context = new ReplicaContext(
            id,
            Membership = new TrioMembership(id.Node),
            Rows,
            trio.Table,
            new InSyncChanges(trio.Table, clock, NullLogger<InSyncChanges>.Instance),
            new ClaimLane(trio.Table, identity),
            this,
            clock,
            new CatchUpLimit(trio.Time, trio.CatchUpBytesPerSecond),
            Metrics,
            NullLogger<PartitionReplica>.Instance);
        LogConfig config = LogConfig.From(new Dictionary<string, string> { ["min.insync.replicas"] = $"{inSyncMin}" });
        Replica = new PartitionReplica(row, _logs.Get(row.TopicId, 0, config), LeaderEpoch.Unknown, Context, isInternal: false);
        Rows.See(row);
        Metrics.Observe(id.Node, Rows, Membership, () => [Replica]);
    }

    public ReplicaId Id { get; }

    public SimulatedDisk Disk { get; } = new();

    public ReplicaContext Context { get; }

    public PartitionReplica Replica { get; }

    /// <summary>What becomes of telling others that they may take over; null for nothing: nobody does.</summary>
    public Exception? ReleaseFailure { get; set; }

    public TrioMembership Membership { get; }

    public Leaderships Rows { get; } = new();

    public ReplicaMetrics Metrics { get; } = new();

    public Task<AppendReply> AppendAsync(string value, RequiredAcks acks = RequiredAcks.All)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1_700_000_000_000, NullableBytes.Null, System.Text.Encoding.UTF8.GetBytes(value));
        return Replica.Log.AppendAsync(builder.Build(), acks);
    }

    public void Send(NodeId node, OutgoingPush push) => _ = Task.Run(async () =>
    {
        PushReply? reply = null;
        if (!_trio.IsCut(Id.Node, node))
        {
            reply = await _trio.Nodes[node.Value - 1].Replica.FollowAsync(push.Push, new RecordData(push.Data.Bytes.ToArray()));
        }
        push.End(_trio.IsCut(node, Id.Node) ? null : reply);
    });

    public Task AnnounceAsync(IReadOnlyList<LeadershipRow> rows)
    {
        foreach (TrioNode other in _trio.Nodes.Where(other => other != this && !_trio.IsCut(Id.Node, other.Id.Node)))
        {
            foreach (LeadershipRow row in rows)
            {
                other.Rows.See(row);
                other.Replica.See(row);
            }
        }
        return Task.CompletedTask;
    }

    public Task DeleteAsync(TopicId topicId, int partition) => Task.CompletedTask;

    public Task ReleaseAsync(NodeId node, IReadOnlyList<ReleasedTerm> terms) => ReleaseFailure is { } failure ? Task.FromException(failure) : Task.CompletedTask;

    public Task<bool> MoveLeadershipAsync(NodeId leader, TopicId topicId, int partition, NodeId wanted) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await _logs.DisposeAsync();
        Replica.Dispose();
        Metrics.Dispose();
    }
}
