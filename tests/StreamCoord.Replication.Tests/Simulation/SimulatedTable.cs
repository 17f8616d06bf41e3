namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>One partition's row.</summary>
internal sealed record SimulatedRow(LeaderEpoch Epoch, NodeId? Leader, InSyncSet InSync, Assignment Assignment)
{
    /// <summary>Whether a replica has a reason to exist.</summary>
    public bool Keeps(ReplicaId replica) => Assignment.Replicas.Contains(replica.Node) || InSync.Contains(replica);
}

/// <summary>The leadership table: a statement is carried out whole, at one time, which may be long after whoever sent it has given up.</summary>
internal sealed class SimulatedTable(SimulatedWorld world, SimulatedRow row)
{
    public const int Node = 0;

    public SimulatedRow Row { get; private set; } = row;

    /// <summary>Changes that were sent and may still arrive.</summary>
    public List<InSyncChange> Underway { get; } = [];

    public int TakeOverCount { get; private set; }

    /// <summary>How many reassignments have reached their target.</summary>
    public int MoveCount { get; private set; }

    public void Read(int from, Action<SimulatedRow> answer) => Ask(from, () => { }, answer);

    public void Claim(ReplicaId replica, LeaderEpoch expected, LeaderEpoch next, Action claimed, Action<SimulatedRow> answer) => Ask(replica.Node.Value, () =>
    {
        if (Row.Epoch == expected && Row.InSync.Contains(replica))
        {
            Row = Row with { Epoch = next, Leader = replica.Node, InSync = Row.InSync with { Version = Row.InSync.Version + 1 } };
            TakeOverCount++;
            claimed();
        }
    }, answer);

    public void Change(int from, InSyncChange change, Action<SimulatedRow> answer)
    {
        Underway.Add(change);
        Ask(from, () =>
        {
            if (Row.Epoch == change.Epoch && Row.InSync.Version == change.Version)
            {
                Row = Row with { InSync = new InSyncSet(change.Members, change.Version + 1) };
            }
        }, answer);
    }

    /// <summary>An administrator moves the copies.</summary>
    public void Move(Assignment assignment) => Row = Row with { Assignment = assignment, InSync = Row.InSync with { Version = Row.InSync.Version + 1 } };

    /// <summary>A leader has found that the copies are where they are to be.</summary>
    public void Assign(int from, long version, Assignment assignment, Action<SimulatedRow> answer) => Ask(from, () =>
    {
        if (Row.InSync.Version == version)
        {
            Move(assignment);
            MoveCount++;
        }
    }, answer);

    private void Ask(int from, Action execute, Action<SimulatedRow> answer) => world.Send(from, Node, () =>
    {
        execute();
        SimulatedRow found = Row;
        world.Send(Node, from, () => answer(found));
    });
}
