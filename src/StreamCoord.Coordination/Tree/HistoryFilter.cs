using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>Which events of the log a watch would have had. Immutable.</summary>
/// <param name="Path">The watched znode.</param>
/// <param name="Kinds">Data, children or persistent recursive; see <see cref="ICoordination.ReadHistoryAsync"/>.</param>
/// <param name="After">The last transaction that the client has seen.</param>
public sealed record HistoryFilter(string Path, WatchKinds Kinds, Zxid After)
{
    /// <summary>Whether the watch would have had the event.</summary>
    public bool Wants(WatchEvent watchEvent)
    {
        if (watchEvent.Zxid <= After)
        {
            return false;
        }
        bool isOwn = watchEvent.Path == Path;
        return watchEvent.Type switch
        {
            WatchEventType.ChildrenChanged => isOwn && Kinds.HasFlag(WatchKinds.Children),
            WatchEventType.DataChanged => (isOwn && Kinds.HasFlag(WatchKinds.Data)) || IsRecursive(watchEvent.Path),
            _ => (isOwn && Kinds != WatchKinds.None) || IsRecursive(watchEvent.Path),
        };
    }

    private bool IsRecursive(string path) =>
        Kinds.HasFlag(WatchKinds.PersistentRecursive) &&
        (Path == "/" || (path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/')));
}
