namespace StreamCoord.Grains.Leadership;

/// <summary>A term that a node has claimed. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="LeaderEpoch">The term.</param>
public readonly record struct ClaimedPartition(TopicId TopicId, int Partition, LeaderEpoch LeaderEpoch);
