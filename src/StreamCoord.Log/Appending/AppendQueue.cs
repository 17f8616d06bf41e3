using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Appending;

/// <summary>
/// Group commit: gathers the appends of many callers, so that one write and one flush serve them all. While a group is on its way
/// to the disk the next one gathers; there is never more than one of a partition under way, so the order of the queue is the
/// order of the log.
/// </summary>
/// <remarks>
/// Owns the queue and its bound. Safe for concurrent use. <c>write</c> is called on an append thread with one group at a time and
/// answers every append in it. It holds no thread and no buffer while nothing is queued.
/// </remarks>
internal sealed class AppendQueue(IoLane lane, int groupBytesMax, int queuedBytesMax, Action<IReadOnlyList<PendingAppend>> write) : IIoWork
{
    // The operating system takes at most 1,024 buffers in one gathered write (IOV_MAX).
    private const int GroupRequestsMax = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _queue = [];
    private readonly List<PendingAppend> _group = [];
    private long _queuedBytes;
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
        TakeGroup();
        write(_group);
        _group.Clear();
        lock (_gate)
        {
            _running = _queue.Count > 0;
            if (!_running)
            {
                return;
            }
        }
        lane.Post(this);
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
