using System.Threading.Channels;
using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>
/// A client with many requests in its line, which remembers its watches as ZooKeeper's own client does and brings them along when it connects anew. It writes down everything it gets. One caller at a
/// time.
/// </summary>
internal sealed class WatchingClient(ICoordination tree, Random random, ZNodeCaller? caller = null) : IAsyncDisposable
{
    private const int OutstandingMax = 40;

    private readonly List<Line> _lines = [];
    private ICoordinationConnection? _connection;
    private Line? _line;
    private long _tag;

    /// <summary>What was received, connection by connection. To be read when the client is disposed.</summary>
    public IReadOnlyList<IReadOnlyList<Received>> Received => [.. _lines.Select(line => line.Items)];

    /// <summary>Why connections broke, without the client's doing.</summary>
    public IReadOnlyList<string> BreakReasons => [.. _lines.Select(line => line.BreakReason).OfType<string>()];

    public async Task SendAsync(Sent sent)
    {
        Line line = _line ?? await ConnectAsync();
        if (!await line.TakeTurnAsync())
        {
            await DisconnectAsync();
            line = await ConnectAsync();
            await line.TakeTurnAsync();
        }
        Put(line, sent);
    }

    /// <summary>Cuts the connection, whatever is on its way. The next request begins a new one with the watches of this.</summary>
    public async Task DisconnectAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _line!.Cut();
            (_connection, _line) = (null, null);
        }
    }

    /// <summary>Does one random thing to paths below a root.</summary>
    public Task StepAsync(Func<string> nextPath) => SendAsync(random.Next(20) switch
    {
        < 4 => new Sent(new GetDataOperation(nextPath()), random.Next(3) > 0),
        < 7 => new Sent(new ExistsOperation(nextPath()), random.Next(3) > 0),
        < 10 => new Sent(new GetChildrenOperation(nextPath()), random.Next(3) > 0),
        10 => new Sent(Path: nextPath(), Add: random.Next(2) == 0 ? WatchKinds.Persistent : WatchKinds.PersistentRecursive),
        11 => new Sent(Path: nextPath(), Remove: (WatchKinds)(1 << random.Next(4))),
        12 => new Sent(),
        < 16 => new Sent(new SetDataOperation(nextPath(), new byte[random.Next(8)])),
        < 18 => new Sent(new CreateOperation(nextPath(), new byte[1], AclEntry.Open)),
        18 => new Sent(new DeleteOperation(nextPath())),
        _ => new Sent(new MultiOperation([new SetDataOperation(nextPath(), new byte[2]), new CreateOperation(nextPath(), null, AclEntry.Open), new DeleteOperation(nextPath())])),
    });

    /// <summary>Ends when everything that was sent is answered.</summary>
    public async Task CompleteAsync()
    {
        await SendAsync(new Sent());
        await _line!.CompleteAsync();
    }

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private async Task<Line> ConnectAsync()
    {
        WatchReplay? replay = _lines.Count > 0 ? _lines[^1].Watches() : null;
        _line = new Line(replay);
        _lines.Add(_line);
        _connection = tree.Connect(caller ?? ZNodeCaller.Anonymous, _line);
        if (replay is not null)
        {
            await _line.TakeTurnAsync();
            Put(_line, new Sent(Replay: replay));
        }
        return _line;
    }

    private void Put(Line line, Sent sent)
    {
        long tag = ++_tag;
        line.Add(tag, sent);
        switch (sent)
        {
            case { Operation: { } operation }:
                _connection!.Request(tag, operation, sent.Watch);
                break;
            case { Replay: { } replay }:
                _connection!.Replay(tag, replay);
                break;
            case { Add: not WatchKinds.None }:
                _connection!.AddWatch(tag, sent.Path, sent.Add);
                break;
            case { Remove: not WatchKinds.None }:
                _connection!.RemoveWatches(tag, sent.Path, sent.Remove);
                break;
            default:
                _connection!.Sync(tag);
                break;
        }
    }

    /// <summary>One connection's output.</summary>
    private sealed class Line : IConnectionSink
    {
        private readonly List<Received> _items = [];
        private readonly Queue<(long Tag, Sent Sent)> _sent = [];
        private readonly Channel<bool> _turns = Channel.CreateUnbounded<bool>();
        private readonly Lock _lock = new();
        private readonly WatchReplay? _before;
        private bool _isCut;

        public Line(WatchReplay? before)
        {
            _before = before;
            Release();
        }

        public string? BreakReason { get; private set; }

        public IReadOnlyList<Received> Items => _items;

        public void Add(long tag, Sent sent)
        {
            lock (_lock)
            {
                _sent.Enqueue((tag, sent));
            }
        }

        public async Task<bool> TakeTurnAsync()
        {
            await _turns.Reader.ReadAsync(TestContext.Current.CancellationToken);
            return BreakReason is null;
        }

        public async Task CompleteAsync()
        {
            for (int i = 0; i < OutstandingMax && BreakReason is null; i++)
            {
                await _turns.Reader.ReadAsync(TestContext.Current.CancellationToken);
            }
            Release();
        }

        public void Cut()
        {
            lock (_lock)
            {
                _isCut = true;
            }
        }

        /// <summary>The watches that are open after what has arrived, as a ZooKeeper client keeps them.</summary>
        public WatchReplay Watches()
        {
            var open = new Dictionary<WatchKinds, HashSet<string>>
            {
                [WatchKinds.Data] = [],
                [WatchKinds.None] = [],
                [WatchKinds.Children] = [],
                [WatchKinds.Persistent] = [],
                [WatchKinds.PersistentRecursive] = [],
            };
            Zxid seen = _before?.SeenZxid ?? Zxid.Zero;
            // Before the reply to the replay has come all of them may still be open.
            Restore(_before);
            foreach (Received item in _items)
            {
                seen = Zxid.Max(seen, item.Event?.Zxid ?? item.Reply!.Zxid);
                if (item.Event is { } told)
                {
                    Forget(told, open);
                }
                else
                {
                    Note(item.Sent!, item.Reply!, open);
                }
            }
            return new WatchReplay(seen, [.. open[WatchKinds.Data]], [.. open[WatchKinds.None]], [.. open[WatchKinds.Children]], [.. open[WatchKinds.Persistent]], [.. open[WatchKinds.PersistentRecursive]]);

            void Restore(WatchReplay? replay)
            {
                if (replay is not null)
                {
                    open[WatchKinds.Data].UnionWith(replay.Data);
                    open[WatchKinds.None].UnionWith(replay.Exist);
                    open[WatchKinds.Children].UnionWith(replay.Children);
                    open[WatchKinds.Persistent].UnionWith(replay.Persistent);
                    open[WatchKinds.PersistentRecursive].UnionWith(replay.PersistentRecursive);
                }
            }
        }

        public void Event(WatchEvent watchEvent, bool replayed) => Take(new Received(watchEvent, replayed, null, null));

        public void Reply(long tag, ZNodeReply reply)
        {
            Sent sent;
            lock (_lock)
            {
                (long expected, sent) = _sent.Dequeue();
                BreakReason = expected == tag ? BreakReason : $"The reply to {tag} came when that to {expected} was due.";
            }
            Take(new Received(null, false, sent, reply));
            _turns.Writer.TryWrite(true);
        }

        public void Flush()
        {
        }

        public void Broken(string reason)
        {
            BreakReason = reason;
            Release();
        }

        private void Release()
        {
            for (int i = 0; i < OutstandingMax; i++)
            {
                _turns.Writer.TryWrite(true);
            }
        }

        // What comes when the client has cut the connection never reaches it.
        private void Take(Received item)
        {
            lock (_lock)
            {
                if (!_isCut)
                {
                    _items.Add(item);
                }
            }
        }

        // Under None stand the watches on znodes that were not there.
        private static void Note(Sent sent, ZNodeReply reply, Dictionary<WatchKinds, HashSet<string>> open)
        {
            if (sent.Watch && (reply.IsOk || (reply.Error == ZNodeError.NoNode && sent.Operation is ExistsOperation)))
            {
                open[reply.IsOk ? sent.Armed.Kind : WatchKinds.None].Add(sent.Armed.Path);
            }
            if (sent.Add != WatchKinds.None)
            {
                open[sent.Add].Add(sent.Path);
            }
            if (sent.Remove != WatchKinds.None)
            {
                open[sent.Remove].Remove(sent.Path);
                if (sent.Remove == WatchKinds.Data)
                {
                    open[WatchKinds.None].Remove(sent.Path);
                }
            }
        }

        private static void Forget(WatchEvent told, Dictionary<WatchKinds, HashSet<string>> open)
        {
            if (told.Type != WatchEventType.ChildrenChanged)
            {
                open[WatchKinds.Data].Remove(told.Path);
                open[WatchKinds.None].Remove(told.Path);
            }
            if (told.Type is WatchEventType.ChildrenChanged or WatchEventType.Deleted)
            {
                open[WatchKinds.Children].Remove(told.Path);
            }
        }
    }
}
