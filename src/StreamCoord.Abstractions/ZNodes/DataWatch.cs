namespace StreamCoord.ZNodes;

/// <summary>A watch on a znode itself, as monitoring lists them: any but one on the children alone. Immutable.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Session">The session that watches; <see cref="SessionId.None"/> for a watcher without one.</param>
public readonly record struct DataWatch(string Path, SessionId Session);
