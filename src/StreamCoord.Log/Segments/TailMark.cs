namespace StreamCoord.Log.Segments;

/// <summary>Where a batch stands that was written a moment ago. Immutable.</summary>
/// <param name="BaseOffset">Its first offset.</param>
/// <param name="Position">Its place in the segment. Bytes.</param>
internal sealed record TailMark(Offset BaseOffset, int Position);
