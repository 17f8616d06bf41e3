namespace StreamCoord.Replication;

/// <summary>A change of the in-sync set that a leader wants: the table takes it if the row still has this term and this version. Immutable.</summary>
/// <param name="Epoch">The leader's term.</param>
/// <param name="Version">The version it follows.</param>
/// <param name="Members">Who is in sync then.</param>
public sealed record InSyncChange(LeaderEpoch Epoch, long Version, IReadOnlyList<ReplicaId> Members);
