namespace StreamCoord.ZNodes;

/// <summary>
/// The znode tree as the front ends of a silo reach it. Gathers the concurrent writes of the silo into few calls to the sequencer, and answers
/// reads from this silo's copy. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>
/// A write has succeeded when its reply says so: then it is durable and every later read on this silo sees it. A write that ends with
/// <see cref="ZNodeError.ConnectionLoss"/> may have been carried out or not.
/// </remarks>
public interface ICoordination
{
    /// <summary>The newest transaction that reads on this silo see. Never falls while the process lives.</summary>
    Zxid AppliedZxid { get; }

    /// <summary>Ends when this silo can answer: its copy of the tree is loaded and the sequencer has begun its term.</summary>
    Task ReadyAsync(CancellationToken cancellationToken);

    /// <summary>Carries out one operation without an order to any other of the same caller.</summary>
    Task<ZNodeReply> RequestAsync(ZNodeCaller caller, ZNodeOperation operation);

    /// <summary>Ends when this silo has applied a transaction.</summary>
    Task WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken);

    /// <summary>
    /// A read barrier (ZooKeeper's sync): when it ends, this silo has applied every transaction that was committed anywhere before it began.
    /// </summary>
    Task<Zxid> SyncAsync();

    /// <summary>Opens a connection: an ordered line of requests, replies and events for one client.</summary>
    ICoordinationConnection Connect(ZNodeCaller caller, IConnectionSink sink);

    /// <summary>
    /// The session with this id, when the password is its own and it lives: a sign of life for it. Else
    /// <see cref="ZNodeError.SessionExpired"/> or, for a wrong password, <see cref="ZNodeError.AuthFailed"/>.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="password">What was given out with it.</param>
    /// <param name="timeoutMs">
    /// The timeout that it is to have from now on, within the bounds of the tree: the session moves to the connection that asks, and what older ones write is refused from then on. Null for whoever only has something to ask: it stays
    /// where it is. Milliseconds.
    /// </param>
    Task<ZNodeReply> ResumeSessionAsync(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs);

    /// <summary>How large the tree is. Looks at every watch: not for the way of requests.</summary>
    Task<TreeDescription> DescribeAsync();

    /// <summary>The sessions that live, in no order. Looks at every one: not for the way of requests.</summary>
    Task<IReadOnlyList<SessionDescription>> ListSessionsAsync();

    /// <summary>The watches of this silo's connections on znodes themselves, one of a connection and path, in no order. Looks at every one: not for the way of requests.</summary>
    IReadOnlyList<DataWatch> ListDataWatches();

    /// <summary>Whether a session lives, by this silo's copy of the tree. Cheap.</summary>
    bool IsAlive(SessionId session);

    /// <summary>A sign of life, passed on with others before long. Cheap.</summary>
    void Touch(SessionId session);

    /// <summary>Turns what a client brings to prove who it is into what it has proved (ZooKeeper's auth packet). Asks nobody else; cheap.</summary>
    /// <param name="scheme">Such as <c>digest</c>.</param>
    /// <param name="credentials">In the form of the scheme; for digest <c>user:password</c>.</param>
    /// <param name="identities">What is proved, for the caller's list; empty when it fails.</param>
    /// <returns><see cref="ZNodeError.Ok"/>, or <see cref="ZNodeError.AuthFailed"/> for an unknown scheme or wrong credentials.</returns>
    ZNodeError Authenticate(string scheme, ReadOnlyMemory<byte> credentials, out IReadOnlyList<AuthIdentity> identities);

    /// <summary>Null for a path that a znode can have, else a sentence that says what is wrong with it.</summary>
    string? CheckPath(string path);

    /// <summary>
    /// The events that a watch would have had since a transaction, from the log: what a client missed while it was away. Ends at the applied zxid.
    /// Events come in the order of their zxids, and within one in the order in which a connection gets them.
    /// </summary>
    /// <param name="caller">Who watches: what it may not read is left out.</param>
    /// <param name="path">The watched znode.</param>
    /// <param name="kinds">
    /// <see cref="WatchKinds.Data"/>: created, deleted and data changed of the znode. <see cref="WatchKinds.Children"/>: its created, deleted and
    /// children changed. <see cref="WatchKinds.PersistentRecursive"/>: created, deleted and data changed of it and its descendants.
    /// </param>
    /// <param name="after">The last transaction that the client has seen.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryGoneException">The log does not reach back that far.</exception>
    IAsyncEnumerable<WatchEvent> ReadHistoryAsync(
        ZNodeCaller caller, string path, WatchKinds kinds, Zxid after, CancellationToken cancellationToken);
}

/// <summary>The history that was asked for is not kept any more.</summary>
public sealed class HistoryGoneException(string message) : Exception(message);
