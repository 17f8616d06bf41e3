namespace StreamCoord.Log.Segments;

/// <summary>One entry of a segment's index.</summary>
/// <param name="BaseOffset">The base offset of a batch; in the seal, the offset after the segment.</param>
/// <param name="Position">Where that batch begins in the segment, in bytes; in the seal, the segment's size.</param>
/// <param name="MaxTimestampBeforeMs">The largest timestamp of all batches before it in the segment, or -1.</param>
internal readonly record struct IndexEntry(Offset BaseOffset, int Position, long MaxTimestampBeforeMs);
