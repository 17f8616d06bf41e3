using StreamCoord.Log.Epochs;

namespace StreamCoord.Log.Segments;

/// <summary>What a scanner takes for sound beside what a batch says of itself.</summary>
/// <param name="Limit">No batch reaches above it: the segment's end, where that is known.</param>
/// <param name="GapsAllowed">True in a segment that was compacted, where offsets may be missing between batches.</param>
/// <param name="Epochs">Which epoch wrote what; null to take the batches' word for it.</param>
internal readonly record struct ScanRules(Offset Limit, bool GapsAllowed, LeaderEpochHistory? Epochs = null);
