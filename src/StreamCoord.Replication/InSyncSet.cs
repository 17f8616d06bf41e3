namespace StreamCoord.Replication;

/// <summary>The replicas that have everything that is committed, as the leadership table has them: one of these, and nobody else, may lead next. Immutable.</summary>
/// <param name="Members">Them, the leader among them.</param>
/// <param name="Version">Goes up by one with each change of the row, so that a change that arrives late finds itself too late.</param>
public sealed record InSyncSet(IReadOnlyList<ReplicaId> Members, long Version)
{
    /// <summary>True when a replica is in it.</summary>
    public bool Contains(ReplicaId replica) => Members.Contains(replica);
}
