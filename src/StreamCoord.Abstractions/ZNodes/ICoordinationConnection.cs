namespace StreamCoord.ZNodes;

/// <summary>
/// One client's ordered line. Requests are carried out in the order in which they are given; a reply of zxid z is handed to the sink after every event
/// of this connection up to z, and when this silo has applied z. That is ZooKeeper's contract: a watch event comes before the new data.
/// </summary>
/// <remarks>
/// Owns the watches that it armed; disposing it removes them. <see cref="Request"/> and <see cref="Replay"/> are called by one thread at a time; the sink is
/// called by one thread at a time, in order.
/// </remarks>
public interface ICoordinationConnection : IAsyncDisposable
{
    /// <summary>Takes over who the client has proved to be, and its session, for the requests to come.</summary>
    ZNodeCaller Caller { get; set; }

    /// <summary>Puts an operation into the line. Its reply goes to the sink with the tag.</summary>
    /// <param name="tag">Comes back with the reply; the connection does not look at it.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="watch">For exists, get data and get children: arm their one-shot watch.</param>
    void Request(long tag, ZNodeOperation operation, bool watch = false);

    /// <summary>Puts a read barrier into the line.</summary>
    void Sync(long tag);

    /// <summary>Puts a request into the line that asks for nothing (ZooKeeper's ping): its reply comes in its turn, with the applied zxid of that moment.</summary>
    void Pass(long tag);

    /// <summary>Arms a persistent watch (<see cref="WatchKinds.Persistent"/> or <see cref="WatchKinds.PersistentRecursive"/>), whether the znode exists or not.</summary>
    void AddWatch(long tag, string path, WatchKinds kind);

    /// <summary>Removes watches of this connection from a path; <see cref="ZNodeError.NoWatcher"/> when it has none of these kinds there.</summary>
    void RemoveWatches(long tag, string path, WatchKinds kinds);

    /// <summary>Tells whether this connection has a watch of these kinds on a path; <see cref="ZNodeError.NoWatcher"/> when not.</summary>
    void CheckWatches(long tag, string path, WatchKinds kinds);

    /// <summary>Arms the watches of an earlier connection; what they missed is told before the reply.</summary>
    void Replay(long tag, WatchReplay watches);
}

/// <summary>Where a connection's output goes. Called by one thread at a time, in the order in which the client must get it.</summary>
public interface IConnectionSink
{
    /// <summary>An event; <paramref name="replayed"/> when it happened while the client was away.</summary>
    void Event(WatchEvent watchEvent, bool replayed);

    /// <summary>The reply to the request with the tag.</summary>
    void Reply(long tag, ZNodeReply reply);

    /// <summary>All that is there for now was handed over: a good moment to send it.</summary>
    void Flush();

    /// <summary>The connection cannot go on: an outcome is not known. Nothing comes after this; the client connects again, as after a lost connection.</summary>
    void Broken(string reason);
}
