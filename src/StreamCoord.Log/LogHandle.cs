using Microsoft.Extensions.Logging;
using StreamCoord.Log.Appending;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log;

/// <summary>
/// What stays of a log while its files come and go: opens them when they are needed, takes the log back to an end that is certain when the disk fails, closes and removes them. All that change
/// a log do it through this.
/// </summary>
/// <remarks>
/// Owns the lock of the log's writer, which is held over work of the disk, so only on threads that may block. Unless it says otherwise, a method is called with that lock held. Positions, the epoch and those who wait for a
/// commit can be had without it at any time.
/// </remarks>
internal sealed partial class LogHandle(LogContext context, string directory, LogConfig config)
{
    // Reading this much again at the next opening takes less than a millisecond, so a snapshot would not pay.
    private const long UnsnapshotBytesMax = 1024 * 1024;

    private const long Undamaged = long.MaxValue;

    // Held for a moment, by anybody: whether appends are taken, and whether they may wait, change together.
    private readonly Lock _term = new();
    private LogConfig _config = config;
    private OpenLog? _open;
    private int _lastEpoch = LeaderEpoch.Unknown.Value;
    private int _epoch = LeaderEpoch.Unknown.Value;
    private long _damagedFrom = Undamaged;
    private volatile bool _isDiskFailing;
    private long _diskFailedTimestamp;
    private long _lastUsedTimestamp;
    private Offset? _cutTo;
    private bool _recovered;
    private bool _removed;

    public Lock Writer { get; } = new();

    public string Directory => directory;

    /// <summary>Where the log begins and ends for whom.</summary>
    public LogPositions Positions { get; } = new();

    /// <summary>Those who wait for a commit.</summary>
    public UncommittedAppends Uncommitted { get; } = new();

    /// <summary>See <see cref="PartitionLog.Moved"/>.</summary>
    public Action? Moved { get; set; }

    /// <summary>The log if it is open, without using it. Any thread.</summary>
    public OpenLog? Current => Volatile.Read(ref _open);

    /// <summary>The topic's configuration as this log follows it. Any thread.</summary>
    public LogConfig Config
    {
        get => Volatile.Read(ref _config);
        set => Volatile.Write(ref _config, value);
    }

    /// <summary>The epoch in which appends are taken, or <see cref="LeaderEpoch.Unknown"/>. Any thread.</summary>
    public LeaderEpoch Epoch
    {
        get => new(Volatile.Read(ref _epoch));
        set => Volatile.Write(ref _epoch, value.Value);
    }

    /// <summary>The newest epoch that was in the log, or was begun in it. Any thread may read it.</summary>
    public LeaderEpoch LastEpoch
    {
        get => new(Volatile.Read(ref _lastEpoch));
        private set => Volatile.Write(ref _lastEpoch, value.Value);
    }

    /// <summary>The first offset that is known to be damaged, or missing; null while none is. Any thread.</summary>
    public Offset? DamagedFrom => Volatile.Read(ref _damagedFrom) is var from && from != Undamaged && from >= Positions.Start.Value ? new Offset(from) : null;

    /// <summary>True when the disk has refused the last write. Any thread.</summary>
    public bool IsDiskFailing => _isDiskFailing;

    /// <summary>How long ago that was; null when the disk has refused nothing since it last took something. Any thread.</summary>
    public TimeSpan? SinceDiskFailure => _isDiskFailing ? context.Time.GetElapsedTime(Volatile.Read(ref _diskFailedTimestamp)) : null;

    /// <summary>How long the log was not used. Any thread.</summary>
    public TimeSpan UnusedFor => context.Time.GetElapsedTime(Volatile.Read(ref _lastUsedTimestamp));

    /// <summary>The log if it is open. Any thread.</summary>
    public OpenLog? UseIfOpen()
    {
        Volatile.Write(ref _lastUsedTimestamp, context.Time.GetTimestamp());
        return Current;
    }

    /// <summary>The log, opened if need be. Any thread that may block, with the lock or without.</summary>
    public OpenLog EnsureOpen()
    {
        if (UseIfOpen() is { } open)
        {
            return open;
        }
        lock (Writer)
        {
            if (_open is null)
            {
                return OpenAt(_cutTo);
            }
            return _open;
        }
    }

    /// <summary>Does something under the lock and shows what has become of the log. Any thread that may block.</summary>
    public void UnderLock(Action<OpenLog> action)
    {
        lock (Writer)
        {
            OpenLog log = EnsureOpen();
            action(log);
            Publish(log);
        }
    }

    /// <summary>Takes note of damage that was found at an offset. Any thread.</summary>
    public void NoteDamage(Offset from)
    {
        long before;
        do
        {
            before = Volatile.Read(ref _damagedFrom);
        }
        while (from.Value < before && Interlocked.CompareExchange(ref _damagedFrom, from.Value, before) != before);
    }

    /// <summary>Begins to take appends in an epoch. Takes the lock.</summary>
    public void BeginTerm(LeaderEpoch epoch)
    {
        lock (Writer)
        {
            Invariant.Holds(epoch > LastEpoch);
            LastEpoch = epoch;
            lock (_term)
            {
                Epoch = epoch;
                Uncommitted.BeginTerm();
            }
        }
    }

    /// <summary>Takes no more appends, and refuses those that wait. Any thread; takes no lock of the writer's.</summary>
    public void EndTerm(ErrorCode error, string message)
    {
        lock (_term)
        {
            Epoch = LeaderEpoch.Unknown;
            Uncommitted.EndTerm(error, message);
        }
    }

    /// <summary>Notes an epoch that a followed leader has written in.</summary>
    public void Learn(LeaderEpoch epoch) => LastEpoch = epoch > LastEpoch ? epoch : LastEpoch;

    /// <summary>Shows what the log holds, and answers those who waited for that.</summary>
    public void Publish(OpenLog log)
    {
        bool isMoved = Positions.Show(log, Config.WaitsForFlush);
        SettleCommitted();
        if (isMoved)
        {
            Moved?.Invoke();
        }
    }

    /// <summary>Answers those who wait for what is committed by now. Any thread.</summary>
    public void SettleCommitted() => Uncommitted.Settle(Positions.HighWatermark, Positions.Start);

    /// <summary>Does something to the disk; when that fails, the log goes back to an end that is certain.</summary>
    public void GuardDisk(Offset endBefore, Action action)
    {
        try
        {
            action();
            _isDiskFailing = false;
        }
        catch (IOException exception)
        {
            CutBackAfter(exception, exception is FlushFailedException ? _open!.FlushedOffset : endBefore);
            throw;
        }
    }

    /// <summary>Raises the start offset; durable when this returns.</summary>
    public void RaiseStart(OpenLog log, Offset start)
    {
        try
        {
            log.SetStartOffset(start);
        }
        catch (FlushFailedException exception)
        {
            CutBackAfter(exception, log.FlushedOffset);
            throw;
        }
        Publish(log);
    }

    /// <summary>Cuts the log to an offset, or to the start of the batch that holds it; durable when this returns. Those who wait for a commit of what goes are refused.</summary>
    public void CutBack(Offset end, ErrorCode error, string message)
    {
        Epoch = LeaderEpoch.Unknown;
        end = _open!.SettleBeforeCut(end);
        Offset certainEnd = Offset.Min(end, _open.FlushedOffset);
        LetGo();
        Lower(end, error, message);
        // Remembered, in case the disk fails at this too: the log does not open again without it.
        _cutTo = end;
        try
        {
            OpenAt(end);
        }
        catch (FlushFailedException exception)
        {
            // That flush was for what was written before as well.
            _cutTo = certainEnd;
            Lower(certainEnd, ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
            throw;
        }
    }

    /// <summary>Lets the log begin behind its end: all that it holds goes. Durable when this returns.</summary>
    public OpenLog BeginAnewAt(Offset start)
    {
        OpenLog log = _open!;
        GuardDisk(log.FlushedOffset, log.SettleFlush);
        log.BeginAnewAt(start);
        LetGo();
        return EnsureOpen();
    }

    /// <summary>Makes everything durable and closes the files.</summary>
    public void Close()
    {
        if (_open is not { } log)
        {
            return;
        }
        IOException? failure = null;
        try
        {
            log.Checkpoint(UnsnapshotBytesMax);
        }
        catch (IOException exception)
        {
            // The next opening recovers what is not covered; acknowledged appends were flushed long before.
            LogCloseFailed(context.Logger, exception, directory);
            failure = exception;
        }
        Publish(log);
        if (failure is FlushFailedException)
        {
            // What was written since may look sound and be lost: it does not come back as if it were durable.
            (_cutTo, Epoch) = (log.FlushedOffset, LeaderEpoch.Unknown);
            Lower(log.FlushedOffset, ErrorCode.KafkaStorageError, DiskErrors.Describe(failure));
        }
        LetGo();
    }

    /// <summary>Deletes the log for good. Takes the lock.</summary>
    public void Remove()
    {
        lock (Writer)
        {
            _removed = true;
            EndTerm(ErrorCode.NotLeaderOrFollower, "The partition's log is removed here.");
            LetGo();
            context.Disk.DeleteDirectory(directory);
        }
        Positions.Wake();
    }

    private OpenLog OpenAt(Offset? end)
    {
        ObjectDisposedException.ThrowIf(_removed, this);
        OpenLog log = end is { } cutTo ? LogRecovery.OpenTruncated(context, directory, Config, cutTo) : LogRecovery.Open(context, directory, Config, isFirst: !_recovered);
        _cutTo = null;
        if (end is not null)
        {
            // The batch that held the offset went whole.
            Positions.LowerTo(log.EndOffset);
            ForgetDamageFrom(log.EndOffset);
        }
        if (log.DamagedFrom is { } damaged)
        {
            NoteDamage(damaged);
        }
        Adopt(log);
        return log;
    }

    private void ForgetDamageFrom(Offset end)
    {
        long before = Volatile.Read(ref _damagedFrom);
        if (before >= end.Value)
        {
            Interlocked.CompareExchange(ref _damagedFrom, Undamaged, before);
        }
    }

    private void Adopt(OpenLog log)
    {
        Learn(log.Epochs.Latest);
        Volatile.Write(ref _open, log);
        context.Metrics.Opened();
        if (!_recovered)
        {
            _recovered = true;
            Positions.Recovered(log);
        }
        Publish(log);
    }

    private void CutBackAfter(IOException exception, Offset certainEnd)
    {
        bool isNews = !_isDiskFailing;
        Volatile.Write(ref _diskFailedTimestamp, context.Time.GetTimestamp());
        _isDiskFailing = true;
        context.Metrics.DiskFailed();
        if (isNews)
        {
            LogDiskFailed(context.Logger, exception, directory, certainEnd);
        }
        try
        {
            CutBack(certainEnd, ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
        }
        finally
        {
            // Whoever waits for records may have them elsewhere.
            Positions.Wake();
        }
    }

    private void Lower(Offset end, ErrorCode error, string message)
    {
        bool isMoved = Positions.LowerTo(end);
        Uncommitted.RefuseFrom(end, error, message);
        if (isMoved)
        {
            Moved?.Invoke();
        }
    }

    private void LetGo()
    {
        if (_open is { } log)
        {
            log.Release();
            Volatile.Write(ref _open, null);
            context.Metrics.Closed();
        }
    }

    [LoggerMessage(LogEvents.DiskFailed, LogLevel.Error,
        "{Directory}: the disk failed. The log was cut back to offset {CertainEnd}; what was not acknowledged is gone.")]
    private static partial void LogDiskFailed(ILogger logger, Exception exception, string directory, Offset certainEnd);

    [LoggerMessage(LogEvents.CloseFailed, LogLevel.Error, "{Directory}: could not be closed in peace; it is recovered when it is opened again.")]
    private static partial void LogCloseFailed(ILogger logger, Exception exception, string directory);
}
