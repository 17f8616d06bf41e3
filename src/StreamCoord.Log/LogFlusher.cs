namespace StreamCoord.Log;

/// <summary>Flushes that no append waits for: <c>flush.ms</c> after a write, or as soon as somebody wants to read what is not flushed.</summary>
/// <remarks>Safe for concurrent use, but for <see cref="Arm"/> and <see cref="Disarm"/>, which are called with the log's lock held. Holds no thread and no timer while everything is flushed.</remarks>
internal sealed class LogFlusher
{
    private readonly LogContext _context;
    private readonly LogHandle _handle;
    private readonly DirtyTimer _timer;

    public LogFlusher(LogContext context, LogHandle handle)
    {
        (_context, _handle) = (context, handle);
        _timer = new DirtyTimer(context.Time, Request);
    }

    /// <summary>Sees to it that what is not flushed will be.</summary>
    public void Arm(OpenLog log)
    {
        if (log.FlushedOffset < log.EndOffset)
        {
            _timer.Arm(_handle.Config.FlushMs);
        }
    }

    /// <summary>The log is being closed, or goes.</summary>
    public void Disarm() => _timer.Disarm();

    /// <summary>Flushes soon.</summary>
    public void Request()
    {
        try
        {
            // Where appends wait for the disk, they need the outcome of every flush before the next one.
            _ = _handle.Config.WaitsForFlush ? _context.Io.Appends.RunAsync(FlushAwaited) : _context.Io.Flushes.RunAsync(FlushBeside);
        }
        catch (ObjectDisposedException)
        {
            // The silo is stopping, and closing the log flushes it.
        }
    }

    private void FlushAwaited()
    {
        lock (_handle.Writer)
        {
            if (_handle.Current is { } log)
            {
                Finish(log, log.Flush);
            }
        }
    }

    private void FlushBeside()
    {
        OpenLog? log;
        BackgroundFlush? flush;
        lock (_handle.Writer)
        {
            log = _handle.Current;
            flush = log?.TryBeginFlush();
        }
        if (flush is null)
        {
            return;
        }
        flush.Run();
        lock (_handle.Writer)
        {
            if (log == _handle.Current)
            {
                Finish(log!, log!.SettleFlush);
            }
        }
    }

    private void Finish(OpenLog log, Action finish)
    {
        try
        {
            _handle.GuardDisk(log.FlushedOffset, finish);
            _handle.Publish(log);
            Arm(log);
        }
        catch (IOException)
        {
            // Reported by GuardDisk; nobody waits for this flush.
        }
    }
}
