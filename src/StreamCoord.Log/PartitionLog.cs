using Microsoft.Extensions.Logging;
using StreamCoord.Log.Appending;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log;

/// <summary>
/// The append-only log of one partition. Appends are gathered into groups; an append with acks=all is answered when its bytes
/// are on the disk, where the topic's flush policy flushes; readers see what lies below the high watermark.
/// </summary>
/// <remarks>
/// Owns the partition's directory. Safe for concurrent use by any number of callers; none of them ever waits for the disk on its
/// own thread. Appends are written in the order in which <see cref="AppendAsync"/> was called. An idle log holds no file,
/// buffer or index. Always <see cref="StartOffset"/> &lt;= <see cref="HighWatermark"/> &lt;= <see cref="EndOffset"/>. After a
/// failed write the log is cut back to where it ended before, after a failed flush to what the last good one covered; either
/// way it asks for a new leader epoch (<see cref="NeedsEpoch"/>) before it takes another append.
/// </remarks>
public sealed partial class PartitionLog
{
    private readonly LogContext _context;
    private readonly string _directory;
    private readonly AppendQueue _queue;
    private readonly LogQueries _queries;
    private readonly Lock _writer = new();
    private readonly LogPositions _positions = new();
    private readonly DirtyTimer _dirtyTimer;
    private LogConfig _config;
    private OpenLog? _open;
    private LeaderEpoch _lastEpoch = LeaderEpoch.Unknown;
    private int _epoch = LeaderEpoch.Unknown.Value;
    private long _compactionLimit = long.MaxValue;
    private long _lastUsedTimestamp;
    private Offset? _cutTo;
    private bool _recovered;
    private bool _removed;

    internal PartitionLog(LogContext context, string directory, LogConfig config)
    {
        _context = context;
        _directory = directory;
        _config = config;
        _queue = new AppendQueue(
            context.Io.Appends, context.Time, context.Options.GroupBytesMax, context.Options.QueuedBytesMax, WriteGroup);
        _queries = new LogQueries(context, this);
        _dirtyTimer = new DirtyTimer(context.Time, RequestFlush);
    }

    /// <summary>The first offset that may be read. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset StartOffset => _positions.Start;

    /// <summary>The end of what may be read. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset HighWatermark => _positions.HighWatermark;

    /// <summary>The end of what is decided: no transaction below is open. At most the high watermark. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset LastStableOffset => _positions.LastStable;

    /// <summary>Which producers may begin a transaction here.</summary>
    public TransactionAdmission Transactions { get; } = new();

    /// <summary>The offset that the next record gets. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset EndOffset => _positions.End;

    /// <summary>True when appends are refused until <see cref="BeginEpochAsync"/>: at first, and after the disk failed.</summary>
    public bool NeedsEpoch => Epoch == LeaderEpoch.Unknown;

    /// <summary>The epoch in which appends are taken, or <see cref="LeaderEpoch.Unknown"/>.</summary>
    public LeaderEpoch Epoch
    {
        get => new(Volatile.Read(ref _epoch));
        private set => Volatile.Write(ref _epoch, value.Value);
    }

    /// <summary>True while the log holds open files.</summary>
    public bool IsOpen => Volatile.Read(ref _open) is not null;

    /// <summary>
    /// Compaction touches nothing from here on, because somebody still needs every single record: the offset from which a copy of what
    /// the log describes may begin to follow it.
    /// </summary>
    public Offset CompactionLimit
    {
        get => new(Interlocked.Read(ref _compactionLimit));
        set => Interlocked.Exchange(ref _compactionLimit, value.Value);
    }

    /// <summary>The topic's configuration as this log follows it.</summary>
    public LogConfig Config
    {
        get => Volatile.Read(ref _config);
        set => Volatile.Write(ref _config, value);
    }

    /// <summary>
    /// Brings the files into order after whatever happened to the last process, and tells the newest leader epoch in them
    /// (<see cref="LeaderEpoch.Unknown"/> in an empty log). Calling it again has no effect.
    /// </summary>
    public Task<LeaderEpoch> RecoverAsync() => _context.Io.Reads.RunAsync(() =>
    {
        lock (_writer)
        {
            EnsureOpen();
            return _lastEpoch;
        }
    });

    /// <summary>
    /// Begins to serve as leader in an epoch, which must be newer than any in the log. The caller holds the partition's leadership in
    /// that epoch.
    /// </summary>
    public Task BeginEpochAsync(LeaderEpoch epoch) => _context.Io.Appends.RunAsync(() =>
    {
        lock (_writer)
        {
            Invariant.Holds(epoch > _lastEpoch);
            Epoch = epoch;
            _lastEpoch = epoch;
        }
    });

    /// <summary>
    /// Appends batches as a client sent them: all, next to each other, or none. The memory belongs to the log until the task ends;
    /// it writes offsets and epoch into it. With <paramref name="onlyEpoch"/> they are written in that epoch or refused
    /// (<see cref="ErrorCode.FencedLeaderEpoch"/>).
    /// </summary>
    public Task<AppendReply> AppendAsync(RecordData data, RequiredAcks acks, LeaderEpoch? onlyEpoch = null) =>
        EnqueueAsync(data.Bytes, acks, onlyEpoch, isFromCoordinator: onlyEpoch is not null);

    /// <summary>
    /// Ends a producer's transaction here, as its coordinator has decided; durable, where the topic's flush policy flushes, when the task ends. Refused when a newer epoch of the producer
    /// (<see cref="ErrorCode.InvalidProducerEpoch"/>) or of the coordinator (<see cref="ErrorCode.TransactionCoordinatorFenced"/>) was seen.
    /// </summary>
    public async Task<AppendReply> AppendMarkerAsync(ProducerMarker end)
    {
        using RecordData batch = new TransactionMarker(end.IsCommit, end.CoordinatorEpoch).ToBatch(end.ProducerId, end.ProducerEpoch, _context.NowMs);
        return await EnqueueAsync(batch.Bytes, RequiredAcks.All, null, isFromCoordinator: true);
    }

    private Task<FetchReply> ReadFromDiskAsync(Offset from, int maxBytes, IsolationLevel isolation) =>
        _context.Io.Reads.RunAsync(() => _queries.Read(from, maxBytes, isolation));

    private Task<AppendReply> EnqueueAsync(Memory<byte> bytes, RequiredAcks acks, LeaderEpoch? onlyEpoch, bool isFromCoordinator)
    {
        (PendingAppend? append, AppendReply? refusal) = BatchAdmission.Admit(bytes, acks, Config, _context.NowMs, onlyEpoch, isFromCoordinator);
        if (append is null)
        {
            return Task.FromResult(refusal!);
        }
        if (!_queue.TryEnqueue(append))
        {
            append.Refuse(ErrorCode.RequestTimedOut, "Too much is waiting to be written to this partition. Send it again a little later.");
        }
        return append.Reply;
    }

    /// <summary>
    /// Reads whole batches from the one that holds <paramref name="from"/> on, at least one when there is one below the high watermark. The
    /// caller disposes the data.
    /// </summary>
    /// <param name="from">The first offset wanted.</param>
    /// <param name="maxBytes">How much to return at most, but for the first batch.</param>
    /// <param name="isolation">What to show of transactions.</param>
    public Task<FetchReply> ReadAsync(Offset from, int maxBytes, IsolationLevel isolation = IsolationLevel.ReadUncommitted) =>
        _queries.TryReadTail(from, maxBytes, isolation) is { } newest ? Task.FromResult(newest) : ReadFromDiskAsync(from, maxBytes, isolation);

    /// <summary>Ends when there may be something to read from <paramref name="offset"/> on, or when the log is removed or cancelled.</summary>
    public Task WaitForRecordsAsync(Offset offset, CancellationToken cancellationToken) => WaitForRecordsAsync(offset, IsolationLevel.ReadUncommitted, cancellationToken);

    /// <summary>As the other one, for a reader of an isolation level.</summary>
    public Task WaitForRecordsAsync(Offset offset, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        Task wait = _positions.WaitAsync(cancellationToken);
        if (ReadableEnd(isolation) > offset)
        {
            return Task.CompletedTask;
        }
        // Somebody waits for what is written and not yet flushed: flush it now and not after flush.ms.
        if (EndOffset > offset)
        {
            RequestFlush();
        }
        return wait;
    }

    /// <summary>The end of what a reader of an isolation level may see.</summary>
    public Offset ReadableEnd(IsolationLevel isolation) => isolation == IsolationLevel.ReadCommitted ? LastStableOffset : HighWatermark;

    /// <summary>Finds an offset by time; see <see cref="IPartitionGrain.FindOffset"/>.</summary>
    public Task<OffsetReply> FindOffsetAsync(long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted) =>
        _context.Io.Reads.RunAsync(() => _queries.FindOffset(timestampMs, isolation));

    /// <summary>Raises the start offset; see <see cref="IPartitionGrain.DeleteRecords"/>.</summary>
    public Task<DeleteRecordsReply> DeleteRecordsAsync(Offset before) => _context.Io.Appends.RunAsync(() => DeleteRecords(before));

    /// <summary>
    /// Cuts the log to an offset, or to the start of the batch that holds it; durable when the task ends. Appends under way are
    /// refused, and the log needs a new epoch.
    /// </summary>
    public Task TruncateAsync(Offset end) => _context.Io.Appends.RunAsync(() =>
    {
        lock (_writer)
        {
            EnsureOpen();
            CutBack(end);
        }
    });

    /// <summary>Finishes the active segment, so that compaction may look at it. No effect on an empty one.</summary>
    public Task RollAsync() => _context.Io.Appends.RunAsync(() => UnderLock(log =>
    {
        if (log.Segments.Length > 0)
        {
            GuardDisk(log.FlushedOffset, log.Roll);
        }
    }));

    /// <summary>Which epoch wrote which offsets.</summary>
    public Task<IReadOnlyList<EpochStart>> ReadEpochsAsync() => _context.Io.Reads.RunAsync(() => EnsureOpen().Epochs.Entries);

    /// <summary>Where the records of an epoch end; see <see cref="LeaderEpochHistory.EndOf"/>.</summary>
    public Task<EpochStart> FindEpochEndAsync(LeaderEpoch epoch) => _context.Io.Reads.RunAsync(() =>
    {
        LeaderEpochHistory epochs = EnsureOpen().Epochs;
        return epochs.EndOf(epoch, EndOffset, Epoch);
    });

    /// <summary>The idempotent producers that are remembered, in the order of their ids.</summary>
    public Task<IReadOnlyList<ProducerDescription>> ReadProducersAsync() => _context.Io.Appends.RunAsync<IReadOnlyList<ProducerDescription>>(() =>
    {
        lock (_writer)
        {
            return [.. EnsureOpen().Producers.Producers.OrderBy(pair => pair.Key).Select(pair => pair.Value.Describe(pair.Key))];
        }
    });

    /// <summary>Size and number of segments.</summary>
    public Task<(long SizeBytes, int SegmentCount)> MeasureAsync() => _context.Io.Reads.RunAsync(() =>
    {
        OpenLog log = EnsureOpen();
        return (log.SizeBytes, log.Segments.Length);
    });

    /// <summary>Reads and checks every byte; see <see cref="IPartitionGrain.Verify"/>.</summary>
    public Task<VerifyReply> VerifyAsync() => _context.Io.Maintenance.RunAsync(() => LogVerifier.Verify(EnsureOpen(), _context.Metrics));

    /// <summary>Retention and compaction, as far as they are due.</summary>
    public Task MaintainAsync() => _context.Io.Maintenance.RunAsync(() => new LogMaintenance(_context, this).Run());

    /// <summary>Closes the files of a log that was not used for a while; true when it is closed.</summary>
    public Task<bool> CloseIfIdleAsync(TimeSpan idle) => _context.Io.Maintenance.RunAsync(() => CloseIfIdle(idle));

    /// <summary>Makes everything durable and closes the files. The log opens again when it is used again.</summary>
    public Task CloseAsync() => _context.Io.Appends.RunAsync(() => { lock (_writer) { Close(); } });

    /// <summary>Deletes the log for good. It cannot be used any more.</summary>
    public Task RemoveAsync() => _context.Io.Appends.RunAsync(Remove);

    internal void CloseUnlessBusy() => CloseIfIdle(TimeSpan.Zero);

    internal void UnderLock(Action<OpenLog> action)
    {
        lock (_writer)
        {
            OpenLog log = EnsureOpen();
            action(log);
            Publish(log);
        }
    }

    internal OpenLog? UseIfOpen()
    {
        Volatile.Write(ref _lastUsedTimestamp, _context.Time.GetTimestamp());
        return Volatile.Read(ref _open);
    }

    internal OpenLog EnsureOpen()
    {
        if (UseIfOpen() is { } open)
        {
            return open;
        }
        lock (_writer)
        {
            if (_open is null)
            {
                ObjectDisposedException.ThrowIf(_removed, this);
                Adopt(_cutTo is { } end
                    ? LogRecovery.OpenTruncated(_context, _directory, Config, end)
                    : LogRecovery.Open(_context, _directory, Config));
                _cutTo = null;
            }
            return _open!;
        }
    }

    private void Adopt(OpenLog log)
    {
        if (log.Epochs.Latest > _lastEpoch)
        {
            _lastEpoch = log.Epochs.Latest;
        }
        Volatile.Write(ref _open, log);
        _context.Metrics.Opened();
        if (!_recovered)
        {
            _recovered = true;
            _positions.Recovered(log);
        }
        Publish(log);
    }

    // True when the group waited for a flush.
    private bool WriteGroup(IReadOnlyList<PendingAppend> group)
    {
        lock (_writer)
        {
            try
            {
                if (NeedsEpoch)
                {
                    group.RefuseAll(ErrorCode.NotLeaderOrFollower, "This log waits for a new leader epoch. Send it again.");
                    return false;
                }
                return WriteAndFlush(EnsureOpen(), group.WithoutFenced(Epoch));
            }
            catch (IOException exception)
            {
                Epoch = LeaderEpoch.Unknown;
                group.RefuseAll(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
                return false;
            }
#pragma warning disable CA1031 // Whatever it is, the callers of this group must hear of it, and the partition must stop.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Epoch = LeaderEpoch.Unknown;
                LogWriterBroken(_context.Logger, exception, _directory);
                foreach (PendingAppend append in group)
                {
                    append.Fail(exception);
                }
                return false;
            }
        }
    }

    private bool WriteAndFlush(OpenLog log, IReadOnlyList<PendingAppend> group)
    {
        LogConfig config = Config;
        Offset before = log.EndOffset;
        long sizeBytes = 0;
        GuardDisk(before, () => sizeBytes = log.Append(group, Epoch, config, Transactions));
        _context.Metrics.Appended(sizeBytes, log.EndOffset - before, group.Count);
        Publish(log);
        Acknowledge(group, append => append.Acks != RequiredAcks.All || !config.WaitsForFlush);

        bool isFlushDue = group.Any(append => !append.IsAnswered) || log.EndOffset - log.FlushedOffset >= config.FlushMessages && !config.WaitsForFlush;
        if (isFlushDue)
        {
            GuardDisk(log.FlushedOffset, log.Flush);
            Publish(log);
        }
        Acknowledge(group, _ => true);
        ArmFlush(log);
        return isFlushDue;

        void Acknowledge(IReadOnlyList<PendingAppend> appends, Func<PendingAppend, bool> condition)
        {
            foreach (PendingAppend append in appends)
            {
                if (condition(append))
                {
                    append.Acknowledge(log.StartOffset);
                }
            }
        }
    }

    // Does something to the disk; when that fails, the log goes back to an end that is certain.
    private void GuardDisk(Offset endBefore, Action action)
    {
        try
        {
            action();
        }
        catch (IOException exception)
        {
            ReportAndCutBack(exception, exception is FlushFailedException ? _open!.FlushedOffset : endBefore);
            throw;
        }
    }

    private void ReportAndCutBack(IOException exception, Offset certainEnd)
    {
        _context.Metrics.DiskFailed();
        LogDiskFailed(_context.Logger, exception, _directory, certainEnd);
        CutBack(certainEnd);
    }

    private void CutBack(Offset end)
    {
        Epoch = LeaderEpoch.Unknown;
        end = _open!.SettleBeforeCut(end);
        _open!.Release();
        Volatile.Write(ref _open, null);
        _context.Metrics.Closed();
        _positions.LowerTo(end);
        // Remembered, in case the disk fails at this too: the log does not open again without it.
        _cutTo = end;
        OpenLog log = EnsureOpen();
        _positions.LowerTo(log.EndOffset);
    }

    private void Publish(OpenLog log) => _positions.Show(log, Config.WaitsForFlush);

    private void RequestFlush()
    {
        try
        {
            // Where appends wait for the disk, they need the outcome of every flush before the next one.
            _ = Config.WaitsForFlush ? _context.Io.Appends.RunAsync(FlushAwaited) : _context.Io.Flushes.RunAsync(FlushBeside);
        }
        catch (ObjectDisposedException)
        {
            // The silo is stopping, and closing the log flushes it.
        }
    }

    private void FlushAwaited()
    {
        lock (_writer)
        {
            if (_open is { } log)
            {
                FinishFlush(log, log.Flush);
            }
        }
    }

    private void FlushBeside()
    {
        OpenLog? log;
        BackgroundFlush? flush;
        lock (_writer)
        {
            log = _open;
            flush = log?.TryBeginFlush();
        }
        if (flush is null)
        {
            return;
        }
        flush.Run();
        lock (_writer)
        {
            if (log == _open)
            {
                FinishFlush(log!, log!.SettleFlush);
            }
        }
    }

    private void FinishFlush(OpenLog log, Action finish)
    {
        try
        {
            GuardDisk(log.FlushedOffset, finish);
            Publish(log);
            ArmFlush(log);
        }
        catch (IOException)
        {
            // Reported by GuardDisk; nobody waits for this flush.
        }
    }

    private void ArmFlush(OpenLog log)
    {
        if (log.FlushedOffset < log.EndOffset)
        {
            _dirtyTimer.Arm(Config.FlushMs);
        }
    }

    private DeleteRecordsReply DeleteRecords(Offset before)
    {
        lock (_writer)
        {
            OpenLog log = EnsureOpen();
            Offset target = before == Offset.None ? HighWatermark : before;
            if (target < Offset.Zero || target > HighWatermark)
            {
                return new DeleteRecordsReply(ErrorCode.OffsetOutOfRange,
                    $"Offset {before} is not in the log, which holds offsets {log.StartOffset} up to {HighWatermark}.", log.StartOffset);
            }
            if (target > log.StartOffset)
            {
                try
                {
                    log.SetStartOffset(target);
                }
                catch (IOException exception)
                {
                    if (exception is FlushFailedException)
                    {
                        ReportAndCutBack(exception, log.FlushedOffset);
                    }
                    return new DeleteRecordsReply(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception), log.StartOffset);
                }
                Publish(log);
            }
            return new DeleteRecordsReply(ErrorCode.None, null, log.StartOffset);
        }
    }

    private bool CloseIfIdle(TimeSpan idle)
    {
        lock (_writer)
        {
            if (_open is null)
            {
                return true;
            }
            if (_queue.IsBusy || _context.Time.GetElapsedTime(Volatile.Read(ref _lastUsedTimestamp)) < idle)
            {
                return false;
            }
            Close();
            return true;
        }
    }

    private void Close()
    {
        _dirtyTimer.Disarm();
        if (_open is not { } log)
        {
            return;
        }
        bool isFlushed = true;
        try
        {
            log.Checkpoint(UnsnapshotBytesMax);
        }
        catch (IOException exception)
        {
            // The next opening recovers what is not covered; acknowledged appends were flushed long before.
            LogCloseFailed(_context.Logger, exception, _directory);
            isFlushed = exception is not FlushFailedException;
        }
        Publish(log);
        if (!isFlushed)
        {
            // What was written since may look sound and be lost: it does not come back as if it were durable.
            (_cutTo, Epoch) = (log.FlushedOffset, LeaderEpoch.Unknown);
            _positions.LowerTo(log.FlushedOffset);
        }
        log.Release();
        Volatile.Write(ref _open, null);
        _context.Metrics.Closed();
    }

    private void Remove()
    {
        lock (_writer)
        {
            _removed = true;
            Epoch = LeaderEpoch.Unknown;
            _dirtyTimer.Disarm();
            if (_open is { } log)
            {
                log.Release();
                Volatile.Write(ref _open, null);
                _context.Metrics.Closed();
            }
            _context.Disk.DeleteDirectory(_directory);
        }
        _positions.Wake();
    }

    // Reading this much again at the next opening takes less than a millisecond, so a snapshot would not pay.
    private const long UnsnapshotBytesMax = 1024 * 1024;

    [LoggerMessage(LogEvents.DiskFailed, LogLevel.Error,
        "{Directory}: the disk failed. The log was cut back to offset {CertainEnd}; what was not acknowledged is gone.")]
    private static partial void LogDiskFailed(ILogger logger, Exception exception, string directory, Offset certainEnd);

    [LoggerMessage(LogEvents.CloseFailed, LogLevel.Error, "{Directory}: could not be closed in peace; it is recovered when it is opened again.")]
    private static partial void LogCloseFailed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(LogEvents.WriterBroken, LogLevel.Critical, "{Directory}: the writer failed for a reason of its own. The partition takes no appends until it is led anew.")]
    private static partial void LogWriterBroken(ILogger logger, Exception exception, string directory);
}
