namespace StreamCoord.Grains.Leadership;

/// <summary>A term that a replica asks for. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Expected">The newest term so far, as the claimer has read it.</param>
/// <param name="Next">The term it wants; newer than <paramref name="Expected"/>.</param>
public readonly record struct Claim(TopicId TopicId, int Partition, LeaderEpoch Expected, LeaderEpoch Next);
