namespace StreamCoord.Log.Producers;

/// <summary>A transaction that a marker has aborted, as <see cref="Segments.AbortedIndex"/> keeps it.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">The transaction's first record in the partition.</param>
/// <param name="MarkerOffset">Its marker.</param>
/// <param name="StableOffset">Everything below was decided when the marker was written: no transaction that is noted later has records there.</param>
internal readonly record struct AbortedRange(long ProducerId, Offset FirstOffset, Offset MarkerOffset, Offset StableOffset);
