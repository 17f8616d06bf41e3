using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Appending;

/// <summary>
/// Group commit: gathers the appends of many callers, so that one write and one flush serve them all. While a group is on its way
/// to the disk the next one gathers; there is never more than one of a partition under way, so the order of the queue is the
/// order of the log.
/// </summary>
/// <remarks>
/// Owns the queue and its bound. Safe for concurrent use. <c>write</c> is called on an append thread with one group at a time and
/// answers every append in it; it tells whether they waited for a flush. It holds no thread and no buffer while nothing is queued, or while <c>gate</c> is closed.
/// </remarks>
internal sealed class AppendQueue(
    IoLane lane, TimeProvider time, int groupBytesMax, int queuedBytesMax, Func<IReadOnlyList<PendingAppend>, bool> write, AppendGate? gate = null) : IIoWork
{
    // The operating system takes at most 1,024 buffers in one gathered write (IOV_MAX).
    private const int GroupRequestsMax = 1_000;

    // Callers whose appends were just answered come back within this time or not soon.
    private static readonly TimeSpan GatherMax = TimeSpan.FromMicroseconds(200);

    // That takes far longer, unless the clock stands still.
    private const int YieldsMax = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _queue = [];
    private readonly List<PendingAppend> _group = [];
    private long _queuedBytes;
    private int _lastGroupCount;
    private TimeSpan _lastWrite;
    private bool _running;

    /// <summary>True while an append is queued or being written.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>Queues an append; false when as much is queued as may be.</summary>
    public bool TryEnqueue(PendingAppend append)
    {
        append.QueuedTimestamp = time.GetTimestamp();
        lock (_gate)
        {
            if (_queuedBytes > 0 && _queuedBytes + append.SizeBytes > queuedBytesMax)
            {
                return false;
            }
            _queue.Enqueue(append);
            _queuedBytes += append.SizeBytes;
            if (_running)
            {
                return true;
            }
            _running = true;
        }
        lane.Post(this);
        return true;
    }

    public void Run()
    {
        do
        {
            if (gate is not null && gate.TryPark(() => lane.Post(this)))
            {
                return;
            }
            WriteOneGroup();
            lock (_gate)
            {
                _running = _queue.Count > 0;
                if (!_running)
                {
                    return;
                }
            }
        }
        while (!lane.IsContended);
        lane.Post(this);
    }

    private void WriteOneGroup()
    {
        AwaitReturningCallers();
        TakeGroup();
        long started = time.GetTimestamp();
        bool flushed = write(_group);
        _lastWrite = time.GetElapsedTime(started);
        _lastGroupCount = flushed ? _group.Count : 0;
        _group.Clear();
    }

    // The callers of the last group hear of it one after another. Without a moment's patience the first to come back would get a
    // flush of its own, and all others the next one. A lone caller never waits, nor does anyone where nothing is flushed, and nobody
    // longer than half of what a flush takes.
    private void AwaitReturningCallers()
    {
        if (_lastGroupCount < 2)
        {
            return;
        }
        long started = time.GetTimestamp();
        TimeSpan patience = _lastWrite / 2 < GatherMax ? _lastWrite / 2 : GatherMax;
        for (int i = 0; i < YieldsMax && QueuedCount() < _lastGroupCount && time.GetElapsedTime(started) < patience; i++)
        {
            Thread.Yield();
        }
    }

    private int QueuedCount()
    {
        lock (_gate)
        {
            return _queue.Count;
        }
    }

    private void TakeGroup()
    {
        lock (_gate)
        {
            long groupBytes = 0;
            while (_queue.TryPeek(out PendingAppend? next) && _group.Count < GroupRequestsMax &&
                (_group.Count == 0 || groupBytes + next.SizeBytes <= groupBytesMax))
            {
                _group.Add(_queue.Dequeue());
                groupBytes += next.SizeBytes;
            }
            _queuedBytes -= groupBytes;
        }
    }
}
