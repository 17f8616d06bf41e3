namespace StreamCoord.Coordination.Sessions;

/// <summary>What a <see cref="SessionTracker"/> knows of one session.</summary>
internal sealed class TrackedSession(SessionId session)
{
    public SessionId Session { get; } = session;

    public int TimeoutMs { get; set; }

    /// <summary>The connection that speaks for it; 0 for none yet.</summary>
    public long Owner { get; set; }

    /// <summary>The tick with which its time is over.</summary>
    public long ExpiryTick { get; set; }

    /// <summary>The tick in which it is looked at.</summary>
    public long ListedTick { get; set; } = long.MaxValue;

    /// <summary>There was a sign of life since the clock moved last.</summary>
    public bool IsHeardOf { get; set; }

    public bool HasEnded { get; set; }
}
