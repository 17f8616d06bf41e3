using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>Another in-sync set that a partition's leader asks for. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Change">The set, and the term and the version that it follows.</param>
public readonly record struct MemberChange(TopicId TopicId, int Partition, InSyncChange Change);
