namespace StreamCoord.ZNodes;

/// <summary>What happened to a watched znode (ZooKeeper's event types).</summary>
public enum WatchEventType
{
    /// <summary>The znode was created.</summary>
    Created = 1,

    /// <summary>The znode was deleted.</summary>
    Deleted = 2,

    /// <summary>The znode's data was set.</summary>
    DataChanged = 3,

    /// <summary>A child was created or deleted.</summary>
    ChildrenChanged = 4,
}

/// <summary>The kinds of watch. A path may have several of one connection; each is told of a change once.</summary>
[Flags]
public enum WatchKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>One event about the znode itself (armed by exists and get data).</summary>
    Data = 1,

    /// <summary>One event about its children or its end (armed by get children).</summary>
    Children = 2,

    /// <summary>Every event about the znode and its children, until it is removed.</summary>
    Persistent = 4,

    /// <summary>Every event about the znode and its descendants, never <see cref="WatchEventType.ChildrenChanged"/>, until it is removed.</summary>
    PersistentRecursive = 8,
}

/// <summary>One event for one watcher.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Path">The znode it happened to.</param>
/// <param name="Zxid">The transaction that did it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.WatchEvent")]
public sealed record WatchEvent([property: Id(0)] WatchEventType Type, [property: Id(1)] string Path, [property: Id(2)] Zxid Zxid);

/// <summary>The watches of a connection that was lost, to be armed again on a new one (ZooKeeper's setWatches2).</summary>
/// <param name="SeenZxid">The last zxid that the client has seen: what changed after it is told at once.</param>
/// <param name="Data">Paths with a data watch on an existing znode.</param>
/// <param name="Exist">Paths with a watch on a missing znode.</param>
/// <param name="Children">Paths with a child watch.</param>
/// <param name="Persistent">Paths with a persistent watch; missed events are not told.</param>
/// <param name="PersistentRecursive">Paths with a persistent recursive watch; missed events are not told.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.WatchReplay")]
public sealed record WatchReplay(
    [property: Id(0)] Zxid SeenZxid,
    [property: Id(1)] IReadOnlyList<string> Data,
    [property: Id(2)] IReadOnlyList<string> Exist,
    [property: Id(3)] IReadOnlyList<string> Children,
    [property: Id(4)] IReadOnlyList<string> Persistent,
    [property: Id(5)] IReadOnlyList<string> PersistentRecursive);
