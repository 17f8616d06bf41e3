namespace StreamCoord.Log.Appending;

/// <summary>
/// The appends with acks=all that are written, durable where the topic asks for that, and not yet committed: they wait here, by their last offset, for the high watermark to pass them, or for a reason why nobody will tell.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Its lock is never held over work of the disk. The log's writer adds; whoever moves the high watermark calls <see cref="Settle"/> afterwards, and so does the writer after it has added, so none is
/// forgotten. Each append is answered once.
/// </remarks>
internal sealed class UncommittedAppends
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<PendingAppend, long> _waiting = new();
    private (ErrorCode Error, string Message)? _ended;
    private long _sizeBytes;

    /// <summary>True when nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>What the batches of all that wait take.</summary>
    public long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <summary>Lets one wait; when the term has ended since it was written, it is refused for the same reason as those that waited then.</summary>
    public void Add(PendingAppend append)
    {
        lock (_gate)
        {
            if (_ended is { } ended)
            {
                append.Refuse(ended.Error, ended.Message);
                return;
            }
            _waiting.Enqueue(append, append.LastOffset.Value);
            _sizeBytes += append.SizeBytes;
        }
    }

    /// <summary>Answers those that are committed.</summary>
    public void Settle(Offset highWatermark, Offset logStart)
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out PendingAppend? append, out long lastOffset) && lastOffset < highWatermark.Value)
            {
                _waiting.Dequeue();
                _sizeBytes -= append.SizeBytes;
                append.Acknowledge(logStart);
            }
        }
    }

    /// <summary>Refuses those that end at an offset or behind it.</summary>
    public void RefuseFrom(Offset end, ErrorCode error, string message)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }
            (PendingAppend Append, long LastOffset)[] all = [.. _waiting.UnorderedItems];
            _waiting.Clear();
            _sizeBytes = 0;
            foreach ((PendingAppend append, long lastOffset) in all)
            {
                if (lastOffset >= end.Value)
                {
                    append.Refuse(error, message);
                    continue;
                }
                _waiting.Enqueue(append, lastOffset);
                _sizeBytes += append.SizeBytes;
            }
        }
    }

    /// <summary>Refuses all of them, and those that come until <see cref="BeginTerm"/>.</summary>
    public void EndTerm(ErrorCode error, string message)
    {
        lock (_gate)
        {
            _ended = (error, message);
            RefuseFrom(Offset.Zero, error, message);
        }
    }

    /// <summary>Appends may wait again.</summary>
    public void BeginTerm()
    {
        lock (_gate)
        {
            _ended = null;
        }
    }
}
