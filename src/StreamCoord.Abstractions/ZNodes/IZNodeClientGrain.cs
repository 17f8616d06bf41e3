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

    /// <summary>Takes over what the client has proved to be, for the requests to come (ZooKeeper's auth packet). <see cref="ZNodeError.AuthFailed"/> for wrong credentials.</summary>
    [Alias("Authenticate")]
    Task<ZNodeReply> Authenticate(string scheme, ReadOnlyMemory<byte> credentials);

    /// <summary>Opens a session, which is the connection's from now on. It lives as long as somebody gives signs of life.</summary>
    /// <param name="timeoutMs">What the client asks for; it gets it within 2 to 20 ticks. Milliseconds.</param>
    [Alias("OpenSession")]
    Task<ZNodeReply> OpenSession(int timeoutMs);

    /// <summary>Takes a session over from an earlier connection, whose writes are refused from now on; see <see cref="ICoordination.ResumeSessionAsync"/>. Waits until this silo has what the client has seen.</summary>
    [Alias("ResumeSession")]
    Task<ZNodeReply> ResumeSession(SessionId session, ReadOnlyMemory<byte> password, int timeoutMs, Zxid seen);

    /// <summary>A sign of life of the session, and a read barrier: when it is answered, the session has lived, and every event up to the reply's zxid was told.</summary>
    [Alias("Ping")]
    Task<ZNodeReply> Ping();

    /// <summary>Events that a watch would have had, from the log; see <see cref="ICoordination.ReadHistoryAsync"/>. Null when there is no connection: nobody knows then what the client may read.</summary>
    /// <param name="path">The watched znode.</param>
    /// <param name="kinds">Data, children or persistent recursive.</param>
    /// <param name="after">The last transaction that was told as a whole.</param>
    /// <param name="skipCount">How many of the events behind it were told as well.</param>
    [Alias("ReadHistory")]
    Task<WatchHistory?> ReadHistory(string path, WatchKinds kinds, Zxid after, int skipCount);

    /// <summary>Ends the connection and removes its watches; a session lives on.</summary>
    [Alias("Disconnect")]
    Task Disconnect();
}

/// <summary>A piece of what a watch would have had.</summary>
/// <param name="Events">The events, in their order.</param>
/// <param name="IsComplete">True when there are no more for now.</param>
/// <param name="Gone">Why there is nothing: the log does not reach back that far; else null.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.WatchHistory")]
public sealed record WatchHistory([property: Id(0)] IReadOnlyList<WatchEvent> Events, [property: Id(1)] bool IsComplete, [property: Id(2)] string? Gone);

/// <summary>Hears of watch events. The client implements it.</summary>
[Alias("StreamCoord.IZNodeObserver")]
public interface IZNodeObserver : IGrainObserver
{
    /// <summary>Events in their order. The next ones come when this returns; a failure ends the connection.</summary>
    [Alias("OnEvents")]
    Task OnEvents(IReadOnlyList<WatchEvent> events);
}
