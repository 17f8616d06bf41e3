using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

/// <summary>
/// A coordination service without a tree: it notes what it is asked, answers what the test says, and tells watches what the test lets happen.
/// </summary>
public sealed class FakeCoordination : ICoordination
{
    private readonly Lock _sync = new();
    private readonly List<WatchEvent> _history = [];
    private readonly List<FakeConnection> _connections = [];
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The operations asked for, with their callers.</summary>
    public ConcurrentQueue<(ZNodeCaller Caller, ZNodeOperation Operation)> Requests { get; } = new();

    /// <summary>What an operation is answered.</summary>
    public Func<ZNodeOperation, ZNodeReply> Answer { get; set; } = _ => new ZNodeReply();

    /// <summary>Thrown by every request, when set.</summary>
    public Exception? Failure { get; set; }

    public Dictionary<SessionId, byte[]> Sessions { get; } = [];

    public int SyncCount { get; private set; }

    /// <summary>The newest transaction that the log no longer has.</summary>
    public Zxid HistoryGoneUpTo { get; set; }

    public Zxid AppliedZxid { get; private set; } = new(0x100000000);

    /// <summary>How many connections are open.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_sync)
            {
                return _connections.Count;
            }
        }
    }

    public Task ReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ZNodeReply> RequestAsync(ZNodeCaller caller, ZNodeOperation operation)
    {
        Requests.Enqueue((caller, operation));
        return Failure is null ? Task.FromResult(Answer(operation)) : throw Failure;
    }

    public async Task WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_sync)
            {
                if (AppliedZxid >= zxid)
                {
                    return;
                }
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancellationToken);
        }
    }

    public Task<Zxid> SyncAsync()
    {
        SyncCount++;
        return Failure is null ? Task.FromResult(AppliedZxid) : throw Failure;
    }

    public ICoordinationConnection Connect(ZNodeCaller caller, IConnectionSink sink)
    {
        lock (_sync)
        {
            var connection = new FakeConnection(this, caller, sink);
            _connections.Add(connection);
            return connection;
        }
    }

    public Task<ZNodeReply> ResumeSessionAsync(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs)
    {
        if (!Sessions.TryGetValue(session, out byte[]? own))
        {
            return Task.FromResult(ZNodeReply.Refused(ZNodeError.SessionExpired, "The session has ended."));
        }
        return Task.FromResult(password.Span.SequenceEqual(own)
            ? new ZNodeReply { Session = new SessionGrant(session, own, 4000) }
            : ZNodeReply.Refused(ZNodeError.AuthFailed, "This is not the session's password."));
    }

    public Task<TreeDescription> DescribeAsync() => throw new NotSupportedException();

    public Task<IReadOnlyList<SessionDescription>> ListSessionsAsync() => throw new NotSupportedException();

    public IReadOnlyList<DataWatch> ListDataWatches() => throw new NotSupportedException();

    public bool IsAlive(SessionId session) => throw new NotSupportedException();

    public void Touch(SessionId session) => throw new InvalidOperationException("Resuming a session is a sign of life already.");

    public ZNodeError Authenticate(string scheme, ReadOnlyMemory<byte> credentials, out IReadOnlyList<AuthIdentity> identities)
    {
        string user = Encoding.UTF8.GetString(credentials.Span);
        identities = user == "bad:bad" ? [] : [new AuthIdentity(scheme, user.Replace(':', '#'))];
        return identities.Count == 0 ? ZNodeError.AuthFailed : ZNodeError.Ok;
    }

    public string? CheckPath(string path) => path.Contains("//", StringComparison.Ordinal) || path.Contains("..", StringComparison.Ordinal) || (path.Length > 1 && path.EndsWith('/'))
        ? "The path is not legal."
        : null;

    public async IAsyncEnumerable<WatchEvent> ReadHistoryAsync(
        ZNodeCaller caller, string path, WatchKinds kinds, Zxid after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (after < HistoryGoneUpTo)
        {
            throw new HistoryGoneException($"The log begins behind {HistoryGoneUpTo}.");
        }
        WatchEvent[] events;
        lock (_sync)
        {
            events = [.. _history.Where(e => e.Zxid > after && IsOfHistory(e, path, kinds))];
        }
        foreach (WatchEvent watchEvent in events)
        {
            await Task.Yield();
            yield return watchEvent;
        }
    }

    /// <summary>One transaction with all that it does to znodes, in order.</summary>
    public void Happen(params (WatchEventType Type, string Path)[] events)
    {
        lock (_sync)
        {
            Zxid zxid = AppliedZxid.Next();
            foreach ((WatchEventType type, string path) in events)
            {
                var watchEvent = new WatchEvent(type, path, zxid);
                _history.Add(watchEvent);
                _connections.ForEach(connection => connection.Tell(watchEvent));
            }
            AppliedZxid = zxid;
            _moved.SetResult();
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Breaks every connection.</summary>
    public void Break()
    {
        lock (_sync)
        {
            _connections.ForEach(connection => connection.Break());
        }
    }

    private static bool IsOfHistory(WatchEvent watchEvent, string path, WatchKinds kinds) => kinds switch
    {
        WatchKinds.Data => watchEvent.Path == path && watchEvent.Type != WatchEventType.ChildrenChanged,
        WatchKinds.Children => watchEvent.Path == path && watchEvent.Type != WatchEventType.DataChanged,
        WatchKinds.PersistentRecursive => FakeConnection.IsWithin(watchEvent.Path, path) && watchEvent.Type != WatchEventType.ChildrenChanged,
        _ => throw new ArgumentOutOfRangeException(nameof(kinds)),
    };

    /// <summary>One watch of one path.</summary>
    private sealed class FakeConnection(FakeCoordination owner, ZNodeCaller caller, IConnectionSink sink) : ICoordinationConnection
    {
        private string? _path;
        private WatchKinds _kind;

        public ZNodeCaller Caller { get; set; } = caller;

        public static bool IsWithin(string path, string ancestor) =>
            path == ancestor || ancestor == "/" || path.StartsWith(ancestor + "/", StringComparison.Ordinal);

        public void AddWatch(long tag, string path, WatchKinds kind)
        {
            lock (owner._sync)
            {
                owner.Requests.Enqueue((Caller, new ExistsOperation(path)));
                (_path, _kind) = (path, kind);

                // Whoever reads the log as well must not count on it that a watch tells nothing from before it was armed.
                foreach (WatchEvent newest in owner._history.Where(watchEvent => watchEvent.Zxid == owner.AppliedZxid))
                {
                    Tell(newest);
                }
                sink.Reply(tag, new ZNodeReply { Zxid = owner.AppliedZxid });
            }
        }

        public void CheckWatches(long tag, string path, WatchKinds kinds)
        {
            lock (owner._sync)
            {
                Assert.Equal((_path, _kind), (path, kinds));
                sink.Reply(tag, new ZNodeReply { Zxid = owner.AppliedZxid });
            }
        }

        public void Tell(WatchEvent watchEvent)
        {
            bool isWatched = _kind == WatchKinds.PersistentRecursive
                ? IsWithin(watchEvent.Path, _path!) && watchEvent.Type != WatchEventType.ChildrenChanged
                : watchEvent.Path == _path;
            if (isWatched)
            {
                sink.Event(watchEvent, replayed: false);
                sink.Flush();
            }
        }

        public void Break() => sink.Broken("The sequencer's term has ended.");

        public ValueTask DisposeAsync()
        {
            lock (owner._sync)
            {
                owner._connections.Remove(this);
            }
            return ValueTask.CompletedTask;
        }

        void ICoordinationConnection.Request(long tag, ZNodeOperation operation, bool watch) => throw new NotSupportedException();

        void ICoordinationConnection.Pass(long tag) => throw new NotSupportedException();

        void ICoordinationConnection.Sync(long tag) => throw new NotSupportedException();

        void ICoordinationConnection.RemoveWatches(long tag, string path, WatchKinds kinds) => throw new NotSupportedException();

        void ICoordinationConnection.Replay(long tag, WatchReplay watches) => throw new NotSupportedException();
    }
}
