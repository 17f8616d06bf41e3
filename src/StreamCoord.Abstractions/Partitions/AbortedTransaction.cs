namespace StreamCoord.Partitions;

/// <summary>A transaction whose records are to be dropped by whoever reads only what is committed: those of the producer from an offset on, until its next marker.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">The transaction's first record in the partition.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.AbortedTransaction")]
public readonly record struct AbortedTransaction([property: Id(0)] long ProducerId, [property: Id(1)] Offset FirstOffset);
