namespace StreamCoord.Log;

/// <summary>Where a log begins and ends for whom: what readers see of it while its writer goes on.</summary>
/// <remarks>
/// Changed by one thread at a time, with the log's lock held; read by anybody. Always <see cref="Start"/> &lt;= <see cref="HighWatermark"/> &lt;= <see cref="End"/>, and
/// <see cref="LastStable"/> &lt;= <see cref="HighWatermark"/>.
/// </remarks>
internal sealed class LogPositions
{
    private readonly HighWatermarkWaiters _waiters = new();
    private long _start;
    private long _highWatermark;
    private long _lastStable;
    private long _end;

    /// <summary>The first offset that may be read.</summary>
    public Offset Start => new(Interlocked.Read(ref _start));

    /// <summary>The end of what may be read.</summary>
    public Offset HighWatermark => new(Interlocked.Read(ref _highWatermark));

    /// <summary>The end of what is decided.</summary>
    public Offset LastStable => new(Interlocked.Read(ref _lastStable));

    /// <summary>The offset that the next record gets.</summary>
    public Offset End => new(Interlocked.Read(ref _end));

    /// <summary>Ends at the next rise of the high watermark or the last stable offset.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _waiters.WaitAsync(cancellationToken);

    /// <summary>Lets everybody look again.</summary>
    public void Wake() => _waiters.Wake();

    /// <summary>What a log that was just recovered holds is committed.</summary>
    public void Recovered(OpenLog log) => Interlocked.Exchange(ref _highWatermark, log.EndOffset.Value);

    /// <summary>The log is cut.</summary>
    public void LowerTo(Offset end) => Interlocked.Exchange(ref _highWatermark, Math.Min(_highWatermark, end.Value));

    /// <summary>Shows what the log holds now.</summary>
    /// <param name="log">The log.</param>
    /// <param name="isFlushedOnly">Whether readers see only what is durable.</param>
    public void Show(OpenLog log, bool isFlushedOnly)
    {
        Interlocked.Exchange(ref _start, log.StartOffset.Value);
        Interlocked.Exchange(ref _end, log.EndOffset.Value);
        Offset visible = isFlushedOnly ? log.FlushedOffset : log.EndOffset;
        bool isRaised = visible > HighWatermark;
        if (isRaised)
        {
            Interlocked.Exchange(ref _highWatermark, visible.Value);
        }
        log.Producers.Undecided.ForgetBelow(HighWatermark);
        Offset stable = Offset.Max(Offset.Min(HighWatermark, log.Producers.Undecided.First ?? HighWatermark), Offset.Min(log.StartOffset, HighWatermark));
        isRaised |= stable > LastStable;
        Interlocked.Exchange(ref _lastStable, stable.Value);
        if (isRaised)
        {
            _waiters.Wake();
        }
    }
}
