using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>Where a new partition is kept. Immutable.</summary>
/// <param name="Replicas">Every node that is to have a copy, the preferred leader first; none twice.</param>
/// <param name="InSync">The copies that may lead from the start; at least one.</param>
public sealed record PartitionReplicas(IReadOnlyList<NodeId> Replicas, IReadOnlyList<ReplicaId> InSync);
