using System.Security.Cryptography;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>The fetch sessions of a silo (KIP-227). Safe for concurrent use.</summary>
/// <remarks>
/// Always as many as <see cref="KafkaGatewayOptions.FetchSessionsMax"/> at most, with <see cref="KafkaGatewayOptions.FetchSessionPartitionsMax"/> partitions together when they begin. Who gets none fetches in full, which every
/// client can. A session that nobody has used for two minutes makes room; so does one that is that old for a larger one.
/// </remarks>
internal sealed class FetchSessions(KafkaGatewayOptions options, TimeProvider time)
{
    /// <summary>No session.</summary>
    public const int None = 0;

    private const long EvictableAfterMs = 120_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, FetchSession> _sessions = [];

    /// <summary>Milliseconds of the clock that sessions age by.</summary>
    public long NowMs => (long)time.GetElapsedTime(0, time.GetTimestamp()).TotalMilliseconds;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>The session of a number; null when there is none (any more).</summary>
    public FetchSession? Find(int id)
    {
        lock (_gate)
        {
            return _sessions.GetValueOrDefault(id);
        }
    }

    /// <summary>Begins a session; null when there is no room.</summary>
    public FetchSession? TryBegin(bool usesTopicIds, IReadOnlyList<FetchTarget> targets)
    {
        lock (_gate)
        {
            if (targets.Count == 0 || !TryMakeRoom(targets.Count))
            {
                return null;
            }
            int id;
            do
            {
                // Not to be guessed: it is all that another client needs to disturb this one.
                id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            }
            while (_sessions.ContainsKey(id));
            var session = new FetchSession(id, usesTopicIds, targets, NowMs);
            _sessions.Add(id, session);
            return session;
        }
    }

    /// <summary>Ends a session; no effect when there is none.</summary>
    public void End(int id)
    {
        lock (_gate)
        {
            _sessions.Remove(id);
        }
    }

    /// <summary>Whether a session has not grown beyond what all may have together.</summary>
    public bool MayKeep(FetchSession session) => session.Count <= options.FetchSessionPartitionsMax;

    private bool TryMakeRoom(int partitionCount)
    {
        if (options.FetchSessionsMax == 0 || partitionCount > options.FetchSessionPartitionsMax)
        {
            return false;
        }
        while (_sessions.Count >= options.FetchSessionsMax || _sessions.Values.Sum(session => (long)session.Count) + partitionCount > options.FetchSessionPartitionsMax)
        {
            if (FindEvictable(partitionCount) is not { } evicted)
            {
                return false;
            }
            _sessions.Remove(evicted.Id);
        }
        return true;
    }

    private FetchSession? FindEvictable(int partitionCount)
    {
        long before = NowMs - EvictableAfterMs;
        return _sessions.Values.Where(session => session.LastUsedMs < before).MinBy(session => session.LastUsedMs)
            ?? _sessions.Values.Where(session => session.CreatedMs < before && session.Count < partitionCount).MinBy(session => session.Count);
    }
}
