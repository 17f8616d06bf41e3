namespace StreamCoord.ZNodes;

/// <summary>
/// A client app's connection to the tree: the counterpart of a ZooKeeper connection for Orleans clients. Key: a GUID of the client's choice. It keeps the order of
/// <see cref="ICoordinationConnection"/> between the client's requests and its events, and ends, with its watches, when the observer fails or the
/// client closes it.
/// </summary>
[Alias("StreamCoord.IZNodeClientGrain")]
public interface IZNodeClientGrain : IGrainWithGuidKey
{
    /// <summary>Begins: events go to the observer from now on. The client keeps a reference to its observer, or it is collected.</summary>
    [Alias("Connect")]
    Task Connect(ZNodeCaller caller, IZNodeObserver observer);

    /// <summary>Carries out an operation, and arms its one-shot watch if asked.</summary>
    [Alias("Request")]
    Task<ZNodeReply> Request([Immutable] ZNodeOperation operation, bool watch);

    /// <summary>Arms a persistent watch.</summary>
    [Alias("AddWatch")]
    Task<ZNodeReply> AddWatch(string path, WatchKinds kind);

    /// <summary>Removes watches.</summary>
    [Alias("RemoveWatches")]
    Task<ZNodeReply> RemoveWatches(string path, WatchKinds kinds);

    /// <summary>Arms the watches of an earlier connection; what they missed is told first.</summary>
    [Alias("Replay")]
    Task<ZNodeReply> Replay(WatchReplay watches);

    /// <summary>A read barrier.</summary>
    [Alias("Sync")]
    Task<ZNodeReply> Sync();

    /// <summary>Ends the connection and removes its watches; a session lives on.</summary>
    [Alias("Disconnect")]
    Task Disconnect();
}

/// <summary>Hears of watch events. The client implements it.</summary>
[Alias("StreamCoord.IZNodeObserver")]
public interface IZNodeObserver : IGrainObserver
{
    /// <summary>Events in their order. The next ones come when this returns; a failure ends the connection.</summary>
    [Alias("OnEvents")]
    Task OnEvents(IReadOnlyList<WatchEvent> events);
}
