using Orleans.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes.Streams;

/// <summary>
/// The place of one subscriber in the log, and the transactions that were read for it and not yet taken. Reading the log waits for the disk and moving on must not, so the queue fills it and Orleans
/// empties it. Used by one thread at a time.
/// </summary>
internal sealed class ChangeCursor : IQueueCacheCursor
{
    private const int FilledBelow = 4_096;

    private readonly ChangeQueue _queue;
    private readonly Queue<TransactionMessage> _messages = [];
    private readonly (Zxid Zxid, int Index) _after;
    private TransactionMessage? _current;
    private HistoryGoneException? _failure;

    private ChangeCursor(ChangeQueue queue, Offset next, Zxid zxid, int index) => (_queue, Next, _after) = (queue, next, (zxid, index));

    /// <summary>The offset of the next transaction to read; <see cref="Offset.None"/> while it is not known.</summary>
    public Offset Next { get; private set; }

    /// <summary>True when everything that was read is taken.</summary>
    public bool IsEmpty => _messages.Count == 0 && _failure is null;

    /// <summary>A cursor that begins at an offset.</summary>
    public static ChangeCursor At(ChangeQueue queue, Offset next) => new(queue, next, Zxid.Zero, 0);

    /// <summary>A cursor that begins behind a change: its transaction, and its place within that.</summary>
    public static ChangeCursor After(ChangeQueue queue, Zxid zxid, int index) => new(queue, Offset.None, zxid, index);

    /// <summary>Reads on, when there is room and more below <paramref name="end"/>. True when there is something to take.</summary>
    public async Task<bool> TryFillAsync(TreeHistory history, Offset end)
    {
        if (_failure is not null || _messages.Count >= FilledBelow)
        {
            return false;
        }
        try
        {
            if (Next == Offset.None)
            {
                Next = await history.FindFromAsync(_after.Zxid);
            }
        }
        catch (HistoryGoneException exception)
        {
            _failure = exception;
            return true;
        }
        if (Next >= end)
        {
            return false;
        }
        var events = new List<WatchEvent>();
        Next = await history.ReadNextAsync(Next, events);
        Add(events);
        return _messages.Count > 0;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        if (_failure is { } failure)
        {
            throw new QueueCacheMissException(failure.Message);
        }
        return _messages.TryDequeue(out _current);
    }

    /// <inheritdoc/>
    public IBatchContainer GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current!;
    }

    /// <inheritdoc/>
    public void Refresh(StreamSequenceToken token)
    {
    }

    /// <inheritdoc/>
    public void RecordDeliveryFailure()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.Remove(this);

    private void Add(List<WatchEvent> events)
    {
        for (int i = 0; i < events.Count;)
        {
            Zxid zxid = events[i].Zxid;
            int count = 1;
            while (i + count < events.Count && events[i + count].Zxid == zxid)
            {
                count++;
            }
            int known = zxid < _after.Zxid ? count : zxid == _after.Zxid ? (int)Math.Min(count, _after.Index + 1L) : 0;
            if (known < count)
            {
                _messages.Enqueue(TransactionMessage.Of(_queue.Stream, [.. events.Skip(i + known).Take(count - known)], known));
            }
            i += count;
        }
    }
}
