using StreamCoord.Coordination.Connections;
using StreamCoord.Coordination.Tree;
using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// One client's ordered line on this silo. Writes are handed on as they come; a read waits until the writes before it are applied here, and is evaluated, with the watch
/// that it arms, in one step; the <see cref="Outbox"/> puts replies and events into the order in which the client gets them.
/// </summary>
/// <remarks>
/// Owns its outbox and the list of paths it has armed. <see cref="Notify"/> is called with the tree's gate held and returns at once. A write whose outcome is not known breaks the
/// connection, as ZooKeeper does: the client looks again on a new one.
/// </remarks>
internal sealed class CoordinationConnection : ICoordinationConnection, IWatcher
{
    private const int HeldEventsMax = 100_000;

    private readonly CoordinationService _service;
    private readonly Outbox _outbox;
    private readonly Lock _lock = new();
    private readonly Queue<Func<Task>> _line = [];
    private readonly HashSet<string> _armed = [];
    private TaskCompletionSource? _written;
    private int _openWrites;
    private bool _isRunning;
    private int _prunedCount = 64;
    private volatile bool _isDisposed;
    private ZNodeCaller _caller;

    public CoordinationConnection(CoordinationService service, ZNodeCaller caller, IConnectionSink sink)
    {
        (_service, _caller) = (service, caller);
        service.Connections.Add(this);
        _outbox = new Outbox(sink, static drain => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), drain, preferLocal: false), HeldEventsMax);
    }

    /// <inheritdoc/>
    public ZNodeCaller Caller
    {
        get => Volatile.Read(ref _caller);
        set => Volatile.Write(ref _caller, value);
    }

    /// <inheritdoc/>
    public SessionId Session => Caller.Session;

    /// <inheritdoc/>
    public IReadOnlyList<AuthIdentity> Identities => Caller.Identities;

    /// <summary>Ends the connection: nothing is answered on it any more.</summary>
    public void Break(string reason) => _outbox.Break(reason);

    /// <inheritdoc/>
    public void Notify(WatchEvent watchEvent) => _outbox.Event(watchEvent);

    /// <inheritdoc/>
    public void Request(long tag, ZNodeOperation operation, bool watch = false)
    {
        ZNodeCaller caller = Caller;
        if (operation is WriteOperation write)
        {
            Write(tag, caller, write);
            return;
        }
        if (!watch && TryReadAtOnce(tag, caller, (ReadOperation)operation))
        {
            return;
        }
        ReadInLine(tag, caller, (ReadOperation)operation, watch);
    }

    /// <inheritdoc/>
    public void Sync(long tag) => Enqueue(tag, async slot =>
    {
        await WrittenAsync();
        Zxid zxid = await _service.SyncAsync();
        _outbox.Complete(slot, new ZNodeReply { Zxid = zxid });
    });

    /// <inheritdoc/>
    public void Pass(long tag) => Enqueue(tag, async slot =>
    {
        await WrittenAsync();
        Complete(slot, tree => new ZNodeReply { Zxid = tree.Applied });
    });

    /// <inheritdoc/>
    public void AddWatch(long tag, string path, WatchKinds kind) => Enqueue(tag, async slot =>
    {
        await WrittenAsync();
        if (_service.CheckPath(path) is { } problem || kind is not (WatchKinds.Persistent or WatchKinds.PersistentRecursive))
        {
            Complete(slot, tree => ZNodeReply.Refused(ZNodeError.BadArguments, _service.CheckPath(path) ?? "Only persistent watches are added.", tree.Applied));
            return;
        }
        ZNodeReply? reply = null;
        while (reply is null)
        {
            await _service.PinAsync(path);
            reply = TryArm(path, kind);
        }
        _outbox.Complete(slot, reply);
    });

    /// <inheritdoc/>
    public void RemoveWatches(long tag, string path, WatchKinds kinds) => Answer(tag, path, tree => tree.Disarm(path, this, kinds));

    /// <inheritdoc/>
    public void CheckWatches(long tag, string path, WatchKinds kinds) => Answer(tag, path, tree => tree.HasWatch(path, this, kinds));

    /// <inheritdoc/>
    public void Replay(long tag, WatchReplay watches) => Enqueue(tag, async slot =>
    {
        await WrittenAsync();
        foreach (string path in watches.Data.Concat(watches.Exist).Concat(watches.Children).Concat(watches.Persistent).Concat(watches.PersistentRecursive).Distinct())
        {
            await _service.PinAsync(path);
        }
        ZNodeTree tree = _service.Tree;
        lock (tree.Gate)
        {
            foreach (ReplayStep step in WatchReplayRules.Steps(watches, tree.FindStat))
            {
                if (step.Due is { } due)
                {
                    _outbox.EventReplayed(slot, new WatchEvent(due, step.Path, tree.Applied));
                }
                else
                {
                    Arm(tree, tree.Project(step.Path), step.Kind);
                }
            }
            _outbox.Complete(slot, new ZNodeReply { Zxid = tree.Applied });
        }
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _service.Connections.Remove(this);
        _isDisposed = true;
        _outbox.Close();
        ZNodeTree tree = _service.Tree;
        lock (tree.Gate)
        {
            foreach (string path in _armed)
            {
                tree.Disarm(path, this, WatcherSet.AllKinds);
            }
            _armed.Clear();
        }
        return ValueTask.CompletedTask;
    }

    // Takes the next place in the line, and runs what is to be done when everything before it was begun.
    private void Enqueue(long tag, Func<OutboxSlot, Task> action)
    {
        lock (_lock)
        {
            OutboxSlot slot = _outbox.Begin(tag);
            _line.Enqueue(() => action(slot));
            if (_isRunning)
            {
                return;
            }
            _isRunning = true;
        }
        _ = RunAsync();
    }

    // The same for what has its place in the outbox already; the line is empty.
    private void Enqueue(Func<Task> action)
    {
        lock (_lock)
        {
            Invariant.Holds(!_isRunning);
            _line.Enqueue(action);
            _isRunning = true;
        }
        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Func<Task>? next;
            lock (_lock)
            {
                if (!_line.TryDequeue(out next))
                {
                    _isRunning = false;
                    return;
                }
            }
            try
            {
                await next();
            }
#pragma warning disable CA1031 // Whatever it is, the client must hear that its line has ended.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _outbox.Break(exception.Message);
            }
        }
    }

    // Most writes find the line empty and need no place in it.
    private void Write(long tag, ZNodeCaller caller, WriteOperation operation)
    {
        ConnectionWrite write;
        lock (_lock)
        {
            write = new ConnectionWrite(this, _outbox.Begin(tag), new WriteRequest(caller, operation));
            if (_isRunning)
            {
                _line.Enqueue(write.BeginInLine);
                return;
            }
        }
        Begin(write);
    }

    private void Begin(ConnectionWrite write)
    {
        lock (_lock)
        {
            _openWrites++;
        }
        _service.Write(write);
    }

    private void Complete(OutboxSlot slot, ZNodeReply reply)
    {
        // REQUESTTIMEOUT is what a client says to itself: no server of ZooKeeper sends it, and the thread that reads for a client of kazoo dies of it.
        // And SESSIONMOVED ends a connection there without an answer.
        if (reply.Error is ZNodeError.ConnectionLoss or ZNodeError.RequestTimeout or ZNodeError.SessionMoved)
        {
            _outbox.Break(reply.Message!);
        }
        _outbox.Complete(slot, reply);
        TaskCompletionSource? written = null;
        lock (_lock)
        {
            if (--_openWrites == 0)
            {
                (written, _written) = (_written, null);
            }
        }
        written?.SetResult();
    }

    // While something in the line waits for its writes no others begin, so these are all that were given before it.
    private Task WrittenAsync()
    {
        lock (_lock)
        {
            return _openWrites == 0 ? Task.CompletedTask : (_written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    // Most reads find the line empty and the data in memory.
    private bool TryReadAtOnce(long tag, ZNodeCaller caller, ReadOperation operation)
    {
        OutboxSlot slot;
        lock (_lock)
        {
            if (_isRunning || _openWrites > 0)
            {
                return false;
            }
            slot = _outbox.Begin(tag);
        }
        if (TryRead(caller, operation, watch: false, out _) is { } reply)
        {
            _outbox.Complete(slot, reply);
        }
        else
        {
            ReadLater(slot, caller, operation);
        }
        return true;
    }

    // Apart from the read that succeeds at once, which so needs no closure; the line is empty.
    private void ReadLater(OutboxSlot slot, ZNodeCaller caller, ReadOperation operation) =>
        Enqueue(async () => _outbox.Complete(slot, await ReadAsync(caller, operation, watch: false)));

    private void ReadInLine(long tag, ZNodeCaller caller, ReadOperation operation, bool watch)
    {
        Prefetch(operation);
        Enqueue(tag, async slot => _outbox.Complete(slot, await ReadAsync(caller, operation, watch)));
    }

    // Reads that wait in the line are answered one after another, but what they need is brought into memory for all at once.
    private void Prefetch(ReadOperation operation)
    {
        ZNodeTree tree = _service.Tree;
        string? missingPath;
        lock (tree.Gate)
        {
            missingPath = operation is GetDataOperation get && tree.LacksData(get.Path) ? get.Path : null;
        }
        if (missingPath is not null)
        {
            _service.ActivateAsync(missingPath).Ignore();
        }
    }

    private async Task<ZNodeReply> ReadAsync(ZNodeCaller caller, ReadOperation operation, bool watch)
    {
        await WrittenAsync();
        while (true)
        {
            if (TryRead(caller, operation, watch, out string? missingPath) is { } reply)
            {
                return reply;
            }
            await (watch ? _service.PinAsync(missingPath!) : _service.ActivateAsync(missingPath!));
        }
    }

    private ZNodeReply? TryRead(ZNodeCaller caller, ReadOperation operation, bool watch, out string? missingPath)
    {
        ZNodeTree tree = _service.Tree;
        lock (tree.Gate)
        {
            if (!watch)
            {
                return ReadRules.TryRead(tree, caller, operation, out missingPath);
            }
            (string path, WatchKinds kind) = operation switch
            {
                ExistsOperation exists => (exists.Path, WatchKinds.Data),
                GetDataOperation get => (get.Path, WatchKinds.Data),
                GetChildrenOperation get => (get.Path, WatchKinds.Children),
                _ => throw new InvalidOperationException($"A {operation.GetType().Name} arms no watch."),
            };
            missingPath = path;
            if (tree.FindProjection(path) is not { } projection || ReadRules.TryRead(tree, caller, operation, out _) is not { } reply)
            {
                return null;
            }
            if (reply.IsOk || (reply.Error == ZNodeError.NoNode && operation is ExistsOperation))
            {
                Arm(tree, projection, kind);
            }
            return reply;
        }
    }

    private ZNodeReply? TryArm(string path, WatchKinds kind)
    {
        ZNodeTree tree = _service.Tree;
        lock (tree.Gate)
        {
            if (tree.FindProjection(path) is not { } projection)
            {
                return null;
            }
            Arm(tree, projection, kind);
            return new ZNodeReply { Zxid = tree.Applied };
        }
    }

    private void Arm(ZNodeTree tree, ZNodeProjection projection, WatchKinds kinds)
    {
        if (_isDisposed)
        {
            return;
        }
        tree.Arm(projection, this, kinds);
        _armed.Add(projection.Path);
        if (_armed.Count > 2 * _prunedCount)
        {
            // Watches that have fired are gone; their paths need not be remembered.
            _armed.RemoveWhere(path => !tree.HasWatch(path, this, WatcherSet.AllKinds));
            _prunedCount = Math.Max(64, _armed.Count);
        }
    }

    private void Answer(long tag, string path, Func<ZNodeTree, bool> ask) => Enqueue(tag, async slot =>
    {
        await WrittenAsync();
        Complete(slot, tree => ask(tree)
            ? new ZNodeReply { Zxid = tree.Applied }
            : ZNodeReply.Refused(ZNodeError.NoWatcher, $"This connection has no such watch on {path}.", tree.Applied));
    });

    // Under the gate the events of what is applied are in the line.
    private void Complete(OutboxSlot slot, Func<ZNodeTree, ZNodeReply> answer)
    {
        ZNodeTree tree = _service.Tree;
        lock (tree.Gate)
        {
            _outbox.Complete(slot, answer(tree));
        }
    }

    private sealed class ConnectionWrite(CoordinationConnection connection, OutboxSlot slot, WriteRequest request) : PendingWrite(request)
    {
        public override void Complete(ZNodeReply reply) => connection.Complete(slot, reply);

        public Task BeginInLine()
        {
            connection.Begin(this);
            return Task.CompletedTask;
        }
    }
}
