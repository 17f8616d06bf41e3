namespace StreamCoord.Replication;

/// <summary>Where one record batch stands: what a replica must know of it to tell whether it has the same.</summary>
/// <param name="BaseOffset">Its first offset.</param>
/// <param name="NextOffset">The offset behind its last one; greater than <paramref name="BaseOffset"/>.</param>
/// <param name="Epoch">The term it was written in. Within one term there is never another batch at the same offset.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.BatchMark")]
public readonly record struct BatchMark([property: Id(0)] Offset BaseOffset, [property: Id(1)] Offset NextOffset, [property: Id(2)] LeaderEpoch Epoch);
