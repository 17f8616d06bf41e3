using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Connections;

/// <summary>
/// The ordered line of what one connection is sent. Replies leave in the order of their requests. While a request is unanswered, events wait; a reply of zxid z leaves
/// after every event up to z and before every later one; when no request is open, events leave at once. So a client hears of a change before it reads the new data,
/// and of nothing later than what it reads.
/// </summary>
/// <remarks>
/// <para>
/// All methods may be called by any thread and return at once. The sink is only called by the drain that was handed to the scheduler, by one thread at a time: there
/// is never a second drain before the first has ended. A sink that throws breaks the connection.
/// </para>
/// <para>
/// The order rests on the caller: an answer of zxid z is given when every event up to z was, and a request is evaluated after <see cref="Begin"/> at no older state
/// than the one before it.
/// </para>
/// </remarks>
public sealed class Outbox
{
    /// <summary>After so many calls the sink is flushed, even if there is more to come.</summary>
    private const int UnflushedMax = 1_024;

    /// <summary>Room for so many events is kept when all have left.</summary>
    private const int KeptMax = 64;

    private readonly Lock _gate = new();
    private readonly Queue<OutboxSlot> _line = new();
    private readonly Queue<WatchEvent> _events = new();
    private readonly IConnectionSink _sink;
    private readonly Action<Action> _schedule;
    private readonly Action _drain;
    private readonly int _eventsMax;
    private Zxid _newestEvent;
    private string? _brokenReason;
    private bool _isEnded;
    private bool _isDraining;

    /// <summary>An empty line.</summary>
    /// <param name="sink">Where everything goes.</param>
    /// <param name="schedule">Runs what it is given soon, on another thread; never throws.</param>
    /// <param name="eventsMax">
    /// How many events may wait; one more breaks the connection, for its client does not keep up. Replayed ones, bounded by the request that asks for them, do not
    /// count. 1 or more.
    /// </param>
    public Outbox(IConnectionSink sink, Action<Action> schedule, int eventsMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(eventsMax);
        (_sink, _schedule, _drain, _eventsMax) = (sink, schedule, Drain, eventsMax);
    }

    /// <summary>Takes the next place in the line. Called in the order of the requests.</summary>
    /// <param name="tag">Comes back with the reply.</param>
    public OutboxSlot Begin(long tag)
    {
        var slot = new OutboxSlot(tag);
        lock (_gate)
        {
            if (!_isEnded)
            {
                _line.Enqueue(slot);
            }
        }
        return slot;
    }

    /// <summary>Answers a request, once.</summary>
    public void Complete(OutboxSlot slot, ZNodeReply reply)
    {
        lock (_gate)
        {
            Invariant.Holds(slot.Reply is null);
            slot.Reply = reply;
            if (!_line.TryPeek(out OutboxSlot? head) || head != slot || !TryStartDrain())
            {
                return;
            }
        }
        _schedule(_drain);
    }

    /// <summary>Puts an event into the line. Zxids never fall from one call to the next.</summary>
    public void Event(WatchEvent watchEvent)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }
            Invariant.Holds(watchEvent.Zxid >= _newestEvent);
            _newestEvent = watchEvent.Zxid;
            if (_events.Count == _eventsMax)
            {
                EndLocked(string.Create(CultureInfo.InvariantCulture, $"The client does not keep up: {_eventsMax} events wait for it."));
            }
            else
            {
                _events.Enqueue(watchEvent);
                if (_line.TryPeek(out OutboxSlot? head) && head.Reply is null)
                {
                    return;
                }
            }
            if (!TryStartDrain())
            {
                return;
            }
        }
        _schedule(_drain);
    }

    /// <summary>Adds an event that happened while the client was away: it leaves right before the reply to the request that asks for it, which is still open.</summary>
    public void EventReplayed(OutboxSlot slot, WatchEvent watchEvent)
    {
        lock (_gate)
        {
            Invariant.Holds(slot.Reply is null);
            (slot.Replayed ??= new Queue<WatchEvent>()).Enqueue(watchEvent);
        }
    }

    /// <summary>Ends the line: what has not left is dropped, and the sink is told why, once. Afterwards nothing happens any more.</summary>
    public void Break(string reason)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }
            EndLocked(reason);
            if (!TryStartDrain())
            {
                return;
            }
        }
        _schedule(_drain);
    }

    /// <summary>Ends the line without a word: what has not left is dropped. A call of the sink that is under way comes to its end; there is none after it.</summary>
    public void Close()
    {
        lock (_gate)
        {
            EndLocked(null);
        }
    }

    private void EndLocked(string? reason)
    {
        (_isEnded, _brokenReason) = (true, reason);
        _line.Clear();
        _events.Clear();
    }

    private bool TryStartDrain()
    {
        bool isNew = !_isDraining;
        _isDraining = true;
        return isNew;
    }

    private void Drain()
    {
        int unflushed = 0;
        for (Output output = Take(unflushed); output.Kind != OutputKind.None; output = Take(unflushed))
        {
            HandOver(output);
            unflushed = output.Kind == OutputKind.Flush ? 0 : unflushed + 1;
        }
    }

    private Output Take(int unflushed)
    {
        lock (_gate)
        {
            Output output = _isEnded ? TakeReason() : unflushed < UnflushedMax ? TakeNext() : default;
            if (output.Kind == OutputKind.None && unflushed > 0 && !_isEnded)
            {
                output = new Output(OutputKind.Flush);
            }
            _isDraining = output.Kind != OutputKind.None;
            return output;
        }
    }

    private Output TakeReason()
    {
        string? reason = _brokenReason;
        _brokenReason = null;
        return reason is null ? default : new Output(OutputKind.Broken) { Reason = reason };
    }

    private Output TakeNext()
    {
        OutboxSlot? head = _line.TryPeek(out OutboxSlot? first) ? first : null;
        if (head is not null && head.Reply is null)
        {
            return default;
        }
        if (_events.TryPeek(out WatchEvent? next) && (head is null || next.Zxid <= head.Reply!.Zxid))
        {
            return new Output(OutputKind.Event) { Event = TakeEvent() };
        }
        if (head is null)
        {
            return default;
        }
        if (head.Replayed is not null && head.Replayed.TryDequeue(out WatchEvent? replayed))
        {
            return new Output(OutputKind.Replayed) { Event = replayed };
        }
        return new Output(OutputKind.Reply) { Slot = _line.Dequeue() };
    }

    private WatchEvent TakeEvent()
    {
        WatchEvent next = _events.Dequeue();
        if (_events.Count == 0 && _events.Capacity > KeptMax)
        {
            _events.TrimExcess();
        }
        return next;
    }

    private void HandOver(in Output output)
    {
        try
        {
            switch (output.Kind)
            {
                case OutputKind.Event or OutputKind.Replayed:
                    _sink.Event(output.Event!, output.Kind == OutputKind.Replayed);
                    break;
                case OutputKind.Reply:
                    _sink.Reply(output.Slot!.Tag, output.Slot.Reply!);
                    break;
                case OutputKind.Flush:
                    _sink.Flush();
                    break;
                case OutputKind.Broken:
                    _sink.Broken(output.Reason!);
                    break;
            }
        }
#pragma warning disable CA1031 // Whatever it is, this connection cannot go on, and no other is concerned.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Break($"The connection cannot be written to: {e.Message}");
        }
    }

    private enum OutputKind
    {
        None,
        Event,
        Replayed,
        Reply,
        Flush,
        Broken,
    }

    /// <summary>One call of the sink.</summary>
    private readonly record struct Output(OutputKind Kind)
    {
        public WatchEvent? Event { get; init; }

        public OutboxSlot? Slot { get; init; }

        public string? Reason { get; init; }
    }
}
