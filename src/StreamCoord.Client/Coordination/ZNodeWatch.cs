using System.Threading.Channels;
using StreamCoord.ZNodes;

namespace StreamCoord.Client;

/// <summary>
/// Every change of a znode and its children, or of everything below it, in order and without a gap: what happens while no silo is connected comes from the log of the tree. Made by
/// <see cref="ZNodeSession.WatchAsync"/>; it has every change after that call ended.
/// </summary>
/// <remarks>Read by one reader; safe for concurrent use otherwise. Always: what was told &lt;= what the connection was told, and no event twice.</remarks>
public sealed class ZNodeWatch : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Channel<WatchEvent> _events;
    private readonly Func<ZNodeWatch, ValueTask> _remove;
    private readonly int _eventsMax;
    private List<WatchEvent>? _held = [];
    private Zxid _after;
    private int _toldCount;
    private int _skipCount;

    internal ZNodeWatch(string path, bool isRecursive, int eventsMax, Func<ZNodeWatch, ValueTask> remove)
    {
        (Path, IsRecursive, _eventsMax, _remove) = (path, isRecursive, eventsMax, remove);
        _events = Channel.CreateBounded<WatchEvent>(new BoundedChannelOptions(eventsMax) { SingleReader = true });
    }

    /// <summary>The watched znode, which need not exist.</summary>
    public string Path { get; }

    /// <summary>Whether it is of everything below as well; then it has no <see cref="WatchEventType.ChildrenChanged"/>.</summary>
    public bool IsRecursive { get; }

    /// <summary>Held while it is being armed.</summary>
    internal SemaphoreSlim Arming { get; } = new(1, 1);

    /// <summary>True once it has been armed: from then on nothing may be missed.</summary>
    internal bool HasBegun { get; private set; }

    internal WatchKinds Kind => IsRecursive ? WatchKinds.PersistentRecursive : WatchKinds.Persistent;

    internal WatchKinds HistoryKinds => IsRecursive ? WatchKinds.PersistentRecursive : WatchKinds.Data | WatchKinds.Children;

    /// <summary>The changes, as they come. Ends when the watch or its session is closed.</summary>
    /// <exception cref="ZNodeException">The session has expired; or changes are missing from here on, because the reader was too far behind or the cluster was away for longer than its history goes back. Read the tree anew.</exception>
    public IAsyncEnumerable<WatchEvent> ReadAsync(CancellationToken cancellationToken = default) => _events.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Removes it.</summary>
    public ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        return _remove(this);
    }

    /// <summary>A new connection begins: what it says is held back until what was missed is known. Returns where that begins.</summary>
    internal (Zxid After, int SkipCount) BeginCatchUp()
    {
        lock (_lock)
        {
            _held = [];
            return (_after, _toldCount);
        }
    }

    /// <summary>A piece of what was missed. Returns where the next one begins.</summary>
    internal (Zxid After, int SkipCount) CatchUp(IReadOnlyList<WatchEvent> missed, Zxid armedAt)
    {
        lock (_lock)
        {
            foreach (WatchEvent watchEvent in missed.TakeWhile(watchEvent => watchEvent.Zxid <= armedAt))
            {
                Write(watchEvent);
            }
            return (_after, _toldCount);
        }
    }

    /// <summary>Everything up to the transaction at which it was armed was told. The silo may be behind the one before, and tell a part again.</summary>
    internal void EndCatchUp(Zxid armedAt)
    {
        lock (_lock)
        {
            HasBegun = true;
            if (armedAt > _after)
            {
                (_after, _toldCount) = (armedAt, 0);
            }
            _skipCount = _toldCount;
            List<WatchEvent> held = _held ?? [];
            _held = null;
            held.ForEach(WriteUntold);
        }
    }

    internal void Tell(WatchEvent watchEvent)
    {
        lock (_lock)
        {
            if (_held is null)
            {
                WriteUntold(watchEvent);
            }
            else if (_held.Count < _eventsMax)
            {
                _held.Add(watchEvent);
            }
            else
            {
                Overflow();
            }
        }
    }

    /// <summary>The connection was told everything up to a transaction.</summary>
    internal void Pass(Zxid zxid)
    {
        lock (_lock)
        {
            if (_held is null && zxid > _after)
            {
                (_after, _toldCount, _skipCount) = (zxid, 0, 0);
            }
        }
    }

    internal void Fail(ZNodeException? reason) => _events.Writer.TryComplete(reason);

    private void WriteUntold(WatchEvent watchEvent)
    {
        bool isToldPart = watchEvent.Zxid.Value == _after.Value + 1 && _skipCount > 0;
        if (watchEvent.Zxid > _after && !isToldPart)
        {
            _skipCount = 0;
            Write(watchEvent);
        }
        else
        {
            _skipCount -= isToldPart ? 1 : 0;
        }
    }

    private void Write(WatchEvent watchEvent)
    {
        var before = new Zxid(watchEvent.Zxid.Value - 1);
        (_after, _toldCount) = (before, before == _after ? _toldCount + 1 : 1);
        if (!_events.Writer.TryWrite(watchEvent))
        {
            Overflow();
        }
    }

    private void Overflow() =>
        Fail(new ZNodeException(ZNodeError.OperationTimeout, $"Nobody has read the last {_eventsMax} changes of {Path}. Read faster, or raise {nameof(ZNodeSessionOptions.WatchEventsMax)}; then read the tree anew."));
}
