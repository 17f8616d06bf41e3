namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Shortest, mean and longest of times, as ZooKeeper tells them. Written by one thread at a time; read by anybody.</summary>
internal sealed class LatencyStatistics
{
    private long _count;
    private long _totalMs;
    private long _minMs = long.MaxValue;
    private long _maxMs;
    private long _lastMs;

    /// <summary>How many times there were.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>All of them together. Milliseconds.</summary>
    public long TotalMs => Volatile.Read(ref _totalMs);

    /// <summary>The shortest, 0 when there was none. Milliseconds.</summary>
    public long MinMs => Count == 0 ? 0 : Volatile.Read(ref _minMs);

    /// <summary>The mean, 0 when there was none. Milliseconds.</summary>
    public double MeanMs => Count is > 0 and long count ? (double)TotalMs / count : 0;

    /// <summary>The longest. Milliseconds.</summary>
    public long MaxMs => Volatile.Read(ref _maxMs);

    /// <summary>The newest. Milliseconds.</summary>
    public long LastMs => Volatile.Read(ref _lastMs);

    /// <summary>Takes one more into account.</summary>
    public void Add(long elapsedMs)
    {
        Volatile.Write(ref _totalMs, _totalMs + elapsedMs);
        Volatile.Write(ref _lastMs, elapsedMs);
        Volatile.Write(ref _minMs, Math.Min(_minMs, elapsedMs));
        Volatile.Write(ref _maxMs, Math.Max(_maxMs, elapsedMs));
        Volatile.Write(ref _count, _count + 1);
    }
}
