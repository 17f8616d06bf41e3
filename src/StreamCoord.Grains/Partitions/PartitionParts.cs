using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Replicas;

namespace StreamCoord.Grains.Partitions;

/// <summary>What the grains of partitions need from their silo. Immutable.</summary>
/// <param name="Replicas">The copies on this silo.</param>
/// <param name="Locals">Those that lead, by the names of their topics.</param>
/// <param name="MarkedTopics">Topics whose coordinator writes the markers itself.</param>
/// <param name="Time">The clock.</param>
internal sealed record PartitionParts(ReplicaRegistry Replicas, LocalPartitions Locals, IEnumerable<IMarkedTopic> MarkedTopics, TimeProvider Time);
