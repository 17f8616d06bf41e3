using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Watches;

/// <summary>
/// What becomes of the watches that a client brings along from a lost connection (ZooKeeper's setWatches2): where the znode has changed meanwhile the event is due at
/// once and the watch is spent, else it is armed. Persistent ones are armed; what they missed is not told. Pure; safe for concurrent use.
/// </summary>
public static class WatchReplayRules
{
    /// <summary>The steps for all watches, in the order in which their events are due. Each znode is asked for when its step is.</summary>
    /// <param name="replay">The watches, and the last transaction that the client has seen.</param>
    /// <param name="find">The Stat of a znode as of now; null when it does not exist.</param>
    public static IEnumerable<ReplayStep> Steps(WatchReplay replay, Func<string, ZNodeStat?> find) =>
        replay.Data.Select(path => new ReplayStep(path, WatchKinds.Data, DueForData(find(path), replay.SeenZxid)))
            .Concat(replay.Exist.Select(path => new ReplayStep(path, WatchKinds.Data, DueForExist(find(path)))))
            .Concat(replay.Children.Select(path => new ReplayStep(path, WatchKinds.Children, DueForChildren(find(path), replay.SeenZxid))))
            .Concat(replay.Persistent.Select(path => new ReplayStep(path, WatchKinds.Persistent, null)))
            .Concat(replay.PersistentRecursive.Select(path => new ReplayStep(path, WatchKinds.PersistentRecursive, null)));

    /// <summary>The event that is due for a watch on the data of a znode that existed; null when the watch is to be armed.</summary>
    public static WatchEventType? DueForData(ZNodeStat? node, Zxid seen) =>
        node is not { } stat ? WatchEventType.Deleted : stat.Mzxid > seen ? WatchEventType.DataChanged : null;

    /// <summary>The event that is due for a watch on a znode that did not exist; null when the watch is to be armed.</summary>
    public static WatchEventType? DueForExist(ZNodeStat? node) => node is null ? null : WatchEventType.Created;

    /// <summary>The event that is due for a watch on the children of a znode; null when the watch is to be armed.</summary>
    public static WatchEventType? DueForChildren(ZNodeStat? node, Zxid seen) =>
        node is not { } stat ? WatchEventType.Deleted : stat.Pzxid > seen ? WatchEventType.ChildrenChanged : null;
}
