namespace StreamCoord.Coordination.Sessions;

/// <summary>
/// Which sessions live, and whose time is over. Keeps a clock of its own, which <see cref="Advance"/> moves: by the time that has passed, but at most one tick. So when
/// the process, or the whole machine, stands still for longer, that is not held against the clients, who could not be heard meanwhile.
/// </summary>
/// <remarks>
/// A sign of life counts from the next <see cref="Advance"/>: from then on the session lives for its timeout and at most one tick more, by the tracker's clock, and is
/// never ended earlier. Call it at least once a tick, or the clock goes slow. Not safe for concurrent use: the sequencer that it belongs to calls it. It is memory only;
/// the next sequencer begins with a new one, so after a fail-over every session has its full timeout.
/// </remarks>
public sealed class SessionTracker
{
    private readonly int _tickMs;
    private readonly Dictionary<SessionId, TrackedSession> _sessions = [];

    /// <summary>
    /// Sessions by the tick in which they are looked at, which is not after their expiry. A sign of life does not move a session: it is moved when that tick has come.
    /// </summary>
    private readonly Dictionary<long, List<TrackedSession>> _byTick = [];

    private readonly List<TrackedSession> _heardOf = [];
    private long _lastMs;
    private long _clockMs;
    private long _tick;

    /// <summary>A tracker without sessions.</summary>
    /// <param name="tickMs">The unit in which sessions end, milliseconds. 1 or more.</param>
    /// <param name="nowMs">The time, from any beginning; should it be set back, the tracker's clock stands still for once.</param>
    public SessionTracker(int tickMs, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tickMs);
        (_tickMs, _lastMs) = (tickMs, nowMs);
    }

    /// <summary>How many sessions live.</summary>
    public int Count => _sessions.Count;

    /// <summary>Takes a session up, or gives one that is known another timeout; either is a sign of life.</summary>
    /// <param name="session">The session.</param>
    /// <param name="timeoutMs">How long it lives without a sign of life, milliseconds. 1 or more.</param>
    public void Add(SessionId session, int timeoutMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeoutMs);
        if (!_sessions.TryGetValue(session, out TrackedSession? tracked))
        {
            _sessions.Add(session, tracked = new TrackedSession(session));
        }
        tracked.TimeoutMs = timeoutMs;
        HearOf(tracked);
    }

    /// <summary>A sign of life. False when the session is not known, or not any more.</summary>
    public bool Touch(SessionId session)
    {
        if (!_sessions.TryGetValue(session, out TrackedSession? tracked))
        {
            return false;
        }
        HearOf(tracked);
        return true;
    }

    /// <summary>Forgets a session, which has ended. False when it is not known.</summary>
    public bool Remove(SessionId session)
    {
        if (!_sessions.Remove(session, out TrackedSession? tracked))
        {
            return false;
        }
        tracked.HasEnded = true;
        return true;
    }

    /// <summary>True when the session lives.</summary>
    public bool Contains(SessionId session) => _sessions.ContainsKey(session);

    /// <summary>The timeout of a session that lives, milliseconds.</summary>
    public int TimeoutMsOf(SessionId session) => _sessions[session].TimeoutMs;

    /// <summary>Makes a connection the one owner of a session. False when the session is not known.</summary>
    /// <param name="session">The session.</param>
    /// <param name="connection">The connection; not 0.</param>
    public bool Own(SessionId session, long connection)
    {
        Invariant.Holds(connection != 0);
        if (!_sessions.TryGetValue(session, out TrackedSession? tracked))
        {
            return false;
        }
        tracked.Owner = connection;
        return true;
    }

    /// <summary>
    /// Whether a connection may speak for a session that lives: it is its owner, or the session has had none since the tracker began, or <paramref name="connection"/> is
    /// 0, which is not checked. False: the session has moved to another connection.
    /// </summary>
    public bool IsOwner(SessionId session, long connection) =>
        connection == 0 || (_sessions.TryGetValue(session, out TrackedSession? tracked) && (tracked.Owner == 0 || tracked.Owner == connection));

    /// <summary>The sessions that live, each with how long it still has without another sign of life. Milliseconds.</summary>
    public IEnumerable<(SessionId Session, long LeftMs)> List() => _sessions.Values.Select(tracked => (tracked.Session, (ExpiryTickOf(tracked) * _tickMs) - _clockMs));

    /// <summary>A sign of life for every session.</summary>
    public void RestartAll()
    {
        foreach (TrackedSession tracked in _sessions.Values)
        {
            HearOf(tracked);
        }
    }

    /// <summary>Moves the clock, and forgets the sessions whose time is over; they are returned, to be closed.</summary>
    /// <param name="nowMs">The time, from the same beginning as at the constructor.</param>
    public IReadOnlyList<SessionId> Advance(long nowMs)
    {
        _clockMs += Math.Clamp(nowMs - _lastMs, 0, _tickMs);
        _lastMs = nowMs;
        foreach (TrackedSession tracked in _heardOf)
        {
            Restart(tracked);
        }
        _heardOf.Clear();

        List<SessionId>? ended = null;
        for (; _tick <= _clockMs / _tickMs; _tick++)
        {
            if (_byTick.Remove(_tick, out List<TrackedSession>? due))
            {
                EndDue(due, ref ended);
            }
        }
        return ended ?? (IReadOnlyList<SessionId>)[];
    }

    private void HearOf(TrackedSession tracked)
    {
        if (!tracked.IsHeardOf)
        {
            tracked.IsHeardOf = true;
            _heardOf.Add(tracked);
        }
    }

    private void Restart(TrackedSession tracked)
    {
        tracked.ExpiryTick = ExpiryTickOf(tracked);
        tracked.IsHeardOf = false;
        if (tracked.ExpiryTick < tracked.ListedTick)
        {
            Enlist(tracked);
        }
    }

    private long ExpiryTickOf(TrackedSession tracked) => tracked.IsHeardOf ? ((_clockMs + tracked.TimeoutMs) / _tickMs) + 1 : tracked.ExpiryTick;

    private void Enlist(TrackedSession tracked)
    {
        tracked.ListedTick = tracked.ExpiryTick;
        if (!_byTick.TryGetValue(tracked.ListedTick, out List<TrackedSession>? list))
        {
            _byTick.Add(tracked.ListedTick, list = []);
        }
        list.Add(tracked);
    }

    private void EndDue(List<TrackedSession> due, ref List<SessionId>? ended)
    {
        foreach (TrackedSession tracked in due)
        {
            // A session whose timeout has become shorter is still in the list of its longer one.
            if (tracked.HasEnded || tracked.ListedTick != _tick)
            {
                continue;
            }
            if (tracked.ExpiryTick > _tick)
            {
                Enlist(tracked);
                continue;
            }
            Remove(tracked.Session);
            (ended ??= []).Add(tracked.Session);
        }
    }
}
