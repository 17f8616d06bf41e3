namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>One run: four silos, of which three begin with a copy, and a table under a random schedule of faults and of clients, then peace, then the reckoning.</summary>
internal sealed class SimulatedCluster
{
    private const int NodeCount = 4;
    private const int CopyCount = 3;
    private const long FaultyMicroseconds = 6_000_000;
    private const long PeacefulMicroseconds = 4_000_000;
    private const long LastMicroseconds = 500_000;

    private readonly SimulatedWorld _world;
    private readonly SimulatedTable _table;
    private readonly Dictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly ReplicationOptions _options;

    public SimulatedCluster(int seed)
    {
        _world = new SimulatedWorld(seed);
        _options = new ReplicationOptions
        {
            LeaseMs = 200,
            ClockDriftMs = 10,
            HeartbeatMs = 40,
            LagMsMax = 300,
            InSyncMin = _world.Random.Next(1, 3),
            InSyncMax = _world.Random.Next(2, CopyCount + 1),
            CountsFlushed = _world.Chance(80),
            PushesUnderWayMax = _world.Random.Next(1, 5),
            IsReadEverywhere = _world.Chance(30),
        };
        ReplicaId[] replicas = [.. Enumerable.Range(1, NodeCount).Select(SimulatedNode.FirstReplica)];
        _table = new SimulatedTable(
            _world, new SimulatedRow(LeaderEpoch.Unknown, null, new InSyncSet(replicas[.._options.InSyncMax], 0), Assignment.Of([.. replicas[..CopyCount].Select(replica => replica.Node)])));
        foreach (ReplicaId replica in replicas)
        {
            _nodes.Add(replica.Node, new SimulatedNode(replica.Node.Value, _world, _table, Checker, _nodes, _options));
        }
    }

    public CommitChecker Checker { get; } = new();

    public int TakeOverCount => _table.TakeOverCount;

    public int MoveCount => _table.MoveCount;

    public void Run()
    {
        foreach (SimulatedNode node in _nodes.Values)
        {
            node.Start();
        }
        Repeat(2, () => Any().Append());
        Repeat(4, () => Any().Read());
        Repeat(400, () => Any().Trim());
        Repeat(20, Notice);
        Repeat(250, Disturb);
        _world.RunUntil(FaultyMicroseconds);
        MakePeace();
        _world.RunUntil(FaultyMicroseconds + PeacefulMicroseconds);
        // What a copy has beyond its leader's end, which counts for nothing, stays until the leader writes in its place.
        Leading().Append();
        _world.RunUntil(FaultyMicroseconds + PeacefulMicroseconds + LastMicroseconds);
        Reckon();
    }

    public override string ToString() =>
        $"epoch {_table.Row.Epoch} leader {_table.Row.Leader} in sync [{string.Join(',', _table.Row.InSync.Members)}] replicas [{string.Join(',', _table.Row.Assignment.Replicas)}] adding [{string.Join(',', _table.Row.Assignment.Adding)}] removing [{string.Join(',', _table.Row.Assignment.Removing)}]; {string.Join("; ", _nodes.Values)}";

    private SimulatedNode Any() => _nodes[new NodeId(_world.Random.Next(1, NodeCount + 1))];

    private void Repeat(double everyMs, Action action) => _world.After(everyMs * 2 * _world.Random.NextDouble(), () =>
    {
        action();
        // Towards the end nothing new is written, so that the copies can become the same.
        if (_world.NowMicroseconds < FaultyMicroseconds + (PeacefulMicroseconds / 2) || everyMs > 2)
        {
            Repeat(everyMs, action);
        }
    });

    // A failure detector that is late, and sometimes wrong.
    private void Notice()
    {
        SimulatedNode observer = Any();
        SimulatedNode observed = Any();
        bool isGone = !observed.IsUp || observed.IsFrozen;
        if (observer != observed && (isGone || (_world.IsFaulty && _world.Chance(1))))
        {
            observer.Suspects.Add(observed.Self.Node);
        }
        else if (!isGone)
        {
            observer.Suspects.Remove(observed.Self.Node);
        }
    }

    private void Disturb()
    {
        if (!_world.IsFaulty)
        {
            return;
        }
        SimulatedNode node = Any();
        switch (_world.Random.Next(9))
        {
            case 0 or 1 when node.IsUp:
                Kill(node);
                break;
            case 2:
                node.Freeze(_world.Random.Next(10, 900));
                break;
            case 3 or 4:
                _world.Cut(_world.Random.Next(NodeCount + 1), _world.Random.Next(NodeCount + 1));
                break;
            case 5:
                _world.Heal();
                break;
            case 6:
                node.ShutDown();
                break;
            case 7 when node.IsUp && IsSpare(node):
                Kill(node);
                node.Wipe();
                break;
            case 8:
                Move();
                break;
            default:
                break;
        }
    }

    private void Move()
    {
        NodeId[] nodes = [.. _nodes.Keys];
        _world.Random.Shuffle(nodes);
        Assignment present = _table.Row.Assignment;
        _table.Move(_world.Chance(20) ? present.CallOff() : present.MoveTo(nodes[.._world.Random.Next(2, CopyCount + 1)]));
    }

    private void Kill(SimulatedNode node)
    {
        node.Crash(isPowerFailure: _options.CountsFlushed && _world.Chance(50));
        _world.After(_world.Random.Next(5, 800), node.Start);
    }

    // A disk may be lost while another in-sync one has everything, whatever becomes of the changes that are on their way.
    private bool IsSpare(SimulatedNode node) => _table.Underway
        .Where(change => change.Epoch == _table.Row.Epoch && change.Version == _table.Row.InSync.Version)
        .Select(change => change.Members)
        .Append(_table.Row.InSync.Members)
        .All(members => members.Any(member => member.Node != node.Self.Node && _nodes[member.Node].Self == member));

    private void MakePeace()
    {
        _world.IsFaulty = false;
        _world.Heal();
    }

    private SimulatedNode Leading() => Assert.Single(_nodes.Values, node => node.Leader is { IsDeposed: false } found && found.Epoch == _table.Row.Epoch);

    private void Reckon()
    {
        SimulatedNode leader = Leading();
        leader.Read();
        Assert.False(_table.Row.Assignment.IsMoving);
        Assert.Equal(_table.Row.Assignment.Replicas.Take(_options.InSyncMax).ToHashSet(), _table.Row.InSync.Members.Select(member => member.Node).ToHashSet());
        Assert.Equal(leader.Log.EndOffset, leader.Leader!.HighWatermark);
        Assert.Equal(Checker.End, leader.Log.EndOffset);
        foreach (SimulatedNode node in _nodes.Values)
        {
            Assert.Equal(_table.Row.Keeps(node.Self) ? leader.Log.EndOffset : Offset.Zero, node.Log.EndOffset);
            Checker.Compare(node.Log, node.Log.EndOffset);
        }
    }
}
