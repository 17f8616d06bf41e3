using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Watches;

/// <summary>What to do about one watch of an earlier connection.</summary>
/// <param name="Path">The watched znode.</param>
/// <param name="Kind">The watch's kind.</param>
/// <param name="Due">The event to tell now, instead of arming the watch; null: arm it.</param>
public readonly record struct ReplayStep(string Path, WatchKinds Kind, WatchEventType? Due);
