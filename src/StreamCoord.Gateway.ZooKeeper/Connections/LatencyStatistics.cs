namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Shortest, mean and longest of times, as ZooKeeper tells them. Written by one thread at a time; read, and set back, by anybody.</summary>
internal sealed class LatencyStatistics
{
    private long _count;
    private long _totalMs;
    private long _minMs = long.MaxValue;
    private long _maxMs;
    private long _lastMs;
    private volatile bool _isSetBack;

    /// <summary>How many times there were.</summary>
    public long Count => _isSetBack ? 0 : Volatile.Read(ref _count);

    /// <summary>All of them together. Milliseconds.</summary>
    public long TotalMs => _isSetBack ? 0 : Volatile.Read(ref _totalMs);

    /// <summary>The shortest, 0 when there was none. Milliseconds.</summary>
    public long MinMs => Count == 0 ? 0 : Volatile.Read(ref _minMs);

    /// <summary>The mean, 0 when there was none. Milliseconds.</summary>
    public double MeanMs => Count is > 0 and long count ? (double)TotalMs / count : 0;

    /// <summary>The longest. Milliseconds.</summary>
    public long MaxMs => _isSetBack ? 0 : Volatile.Read(ref _maxMs);

    /// <summary>The newest. Milliseconds.</summary>
    public long LastMs => _isSetBack ? 0 : Volatile.Read(ref _lastMs);

    /// <summary>Forgets all of them. The numbers are the writer's, so it clears them with the next time that it adds.</summary>
    public void SetBack() => _isSetBack = true;

    /// <summary>Takes one more into account.</summary>
    public void Add(long elapsedMs)
    {
        if (_isSetBack)
        {
            (_count, _totalMs, _minMs, _maxMs) = (0, 0, long.MaxValue, 0);
            _isSetBack = false;
        }
        Volatile.Write(ref _totalMs, _totalMs + elapsedMs);
        Volatile.Write(ref _lastMs, elapsedMs);
        Volatile.Write(ref _minMs, Math.Min(_minMs, elapsedMs));
        Volatile.Write(ref _maxMs, Math.Max(_maxMs, elapsedMs));
        Volatile.Write(ref _count, _count + 1);
    }
}
