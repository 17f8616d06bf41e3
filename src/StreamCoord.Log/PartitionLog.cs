using StreamCoord.Log.Appending;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Following;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log;

/// <summary>
/// The append-only log of one partition. Appends are gathered into groups; an append with acks=all is answered when its bytes
/// are on the disk, where the topic's flush policy flushes, and committed (<see cref="CommitLimit"/>); readers see what lies below the high watermark. A replica's log takes what its leader pushes
/// (<see cref="FollowAsync"/>).
/// </summary>
/// <remarks>
/// Owns the partition's directory. Safe for concurrent use by any number of callers; none of them ever waits for the disk on its
/// own thread. Appends are written in the order in which <see cref="AppendAsync"/> was called. An idle log holds no file,
/// buffer or index. Always <see cref="StartOffset"/> &lt;= <see cref="HighWatermark"/> &lt;= <see cref="EndOffset"/>. After a
/// failed write the log is cut back to where it ended before, after a failed flush to what the last good one covered; either
/// way it asks for a new leader epoch (<see cref="NeedsEpoch"/>) before it takes another append.
/// </remarks>
public sealed class PartitionLog
{
    private readonly LogContext _context;
    private readonly LogHandle _handle;
    private readonly LogFlusher _flusher;
    private readonly LogFollower _follower;
    private readonly AppendQueue _queue;
    private readonly LogQueries _queries;
    private long _compactionLimit = long.MaxValue;

    internal PartitionLog(LogContext context, string directory, LogConfig config, AppendGate? gate = null)
    {
        _context = context;
        _handle = new LogHandle(context, directory, config);
        _flusher = new LogFlusher(context, _handle);
        _follower = new LogFollower(_handle, _flusher);
        _queries = new LogQueries(context, this);
        var writer = new GroupWriter(context, _handle, _flusher, Transactions);
        _queue = new AppendQueue(context.Io.Appends, context.Time, context.Options.GroupBytesMax, context.Options.QueuedBytesMax, writer.Write, gate);
    }

    /// <summary>The first offset that may be read. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset StartOffset => _handle.Positions.Start;

    /// <summary>The end of what may be read. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset HighWatermark => _handle.Positions.HighWatermark;

    /// <summary>The end of what is decided: no transaction below is open. At most the high watermark. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset LastStableOffset => _handle.Positions.LastStable;

    /// <summary>Which producers may begin a transaction here.</summary>
    public TransactionAdmission Transactions { get; } = new();

    /// <summary>The offset that the next record gets. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset EndOffset => _handle.Positions.End;

    /// <summary>The end of what is durable. Known after <see cref="RecoverAsync"/>.</summary>
    public Offset FlushedOffset => _handle.Positions.Flushed;

    /// <summary>
    /// Nothing at or above is committed: no reader sees it, and no append with acks=all is answered before. With the largest of all offsets, as at first, the log commits by itself what it has, which must be flushed where
    /// the topic's policy flushes. May be set by anybody at any time; that waits for nothing. Lowering it takes nothing back that was committed. A log that is recovered with a limit below its end has committed nothing above it.
    /// </summary>
    public Offset CommitLimit
    {
        get => _handle.Positions.CommitLimit;
        set
        {
            _handle.Positions.LimitTo(value);
            _handle.SettleCommitted();
        }
    }

    /// <summary>Called with the log's lock held, so it must return at once, whenever <see cref="EndOffset"/> or <see cref="FlushedOffset"/> has moved.</summary>
    public Action? Moved
    {
        get => _handle.Moved;
        set => _handle.Moved = value;
    }

    /// <summary>The newest epoch that was ever in the log, or was begun in it. Known after <see cref="RecoverAsync"/>.</summary>
    public LeaderEpoch LastEpoch => _handle.LastEpoch;

    /// <summary>True when appends are refused until <see cref="BeginEpochAsync"/>: at first, and after the disk failed.</summary>
    public bool NeedsEpoch => Epoch == LeaderEpoch.Unknown;

    /// <summary>The epoch in which appends are taken, or <see cref="LeaderEpoch.Unknown"/>.</summary>
    public LeaderEpoch Epoch => _handle.Epoch;

    /// <summary>True while the log holds open files.</summary>
    public bool IsOpen => _handle.Current is not null;

    /// <summary>
    /// The first offset that is known to be damaged, or missing, as the opening of the log or a read has found; null while none is known. Forgotten when the log is cut at or below it, or begins above it.
    /// </summary>
    public Offset? DamagedFrom => _handle.DamagedFrom;

    /// <summary>True when the disk has refused the last write: it is full, or broken.</summary>
    public bool IsDiskFailing => _handle.IsDiskFailing;

    /// <summary>How long ago the disk has last refused a write; null when it has taken one since, or refused none.</summary>
    public TimeSpan? SinceDiskFailure => _handle.SinceDiskFailure;

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
        get => _handle.Config;
        set => _handle.Config = value;
    }

    /// <summary>
    /// Brings the files into order after whatever happened to the last process, and tells the newest leader epoch in them
    /// (<see cref="LeaderEpoch.Unknown"/> in an empty log). Calling it again has no effect.
    /// </summary>
    public Task<LeaderEpoch> RecoverAsync() => _context.Io.Reads.RunAsync(() =>
    {
        lock (_handle.Writer)
        {
            _handle.EnsureOpen();
            return _handle.LastEpoch;
        }
    });

    /// <summary>
    /// Begins to serve as leader in an epoch, which must be newer than any in the log. The caller holds the partition's leadership in
    /// that epoch.
    /// </summary>
    public Task BeginEpochAsync(LeaderEpoch epoch) => _context.Io.Appends.RunAsync(() => _handle.BeginTerm(epoch));

    /// <summary>
    /// The leader's term is over: appends that wait for a commit are refused with <paramref name="error"/>, for their outcome is not known, and later ones with <see cref="ErrorCode.NotLeaderOrFollower"/> until
    /// <see cref="BeginEpochAsync"/>. Waits for nothing.
    /// </summary>
    public void EndEpoch(ErrorCode error, string message)
    {
        _handle.EndTerm(error, message);
        _handle.Positions.Wake();
    }

    /// <summary>Refuses the appends that are written and wait for a commit. They stay in the log, and the term goes on. Waits for nothing.</summary>
    public void RefuseUncommitted(ErrorCode error, string message) => _handle.Uncommitted.RefuseFrom(Offset.Zero, error, message);

    /// <summary>The epoch of the record before an offset; <see cref="LeaderEpoch.Unknown"/> where the log begins. Known after <see cref="RecoverAsync"/>; memory only.</summary>
    public LeaderEpoch EpochBefore(Offset offset) => _handle.Positions.Epochs.Before(offset);

    /// <summary>Where the newest epoch ends that is not newer than <paramref name="epoch"/>; <see cref="StartOffset"/> when there is none. Known after <see cref="RecoverAsync"/>; memory only.</summary>
    public Offset EndOfEpoch(LeaderEpoch epoch) => _handle.Positions.Epochs.EndOf(epoch);

    /// <summary>
    /// Does what a leader has pushed: in one step, durable when the task ends where that is asked for. A log that follows has no epoch of its own and takes no append; one that had is at the end of its term.
    /// </summary>
    /// <exception cref="InvalidDataException">A batch is damaged or cannot stand where it would come to stand; nothing was done.</exception>
    /// <exception cref="IOException">The disk failed, and the log went back to an end that is certain.</exception>
    public Task FollowAsync(FollowedChange change) => _context.Io.Appends.RunAsync(() => _follower.Follow(change));

    /// <summary>
    /// Reads whole batches from the one that holds <paramref name="from"/> on up to the log's end, also what is not committed or not flushed, for a replica. Nothing at the end; else one batch, and more as long as they are
    /// not more than <paramref name="maxBytes"/>. The caller disposes the data.
    /// </summary>
    public Task<ReplicaRead> ReadForReplicaAsync(Offset from, int maxBytes) => _queries.TryReadTailForReplica(from, maxBytes) is { } newest
        ? Task.FromResult(newest)
        : _context.Io.Reads.RunAsync(() => _queries.ReadForReplica(from, maxBytes));

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
        // What waits for a commit holds memory as well, and it waits for other machines.
        if (_handle.Uncommitted.SizeBytes > _context.Options.QueuedBytesMax || !_queue.TryEnqueue(append))
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

    /// <summary>Ends when there may be something to read from <paramref name="offset"/> on, or when the log is removed, its disk refuses a write, or it is cancelled.</summary>
    public Task WaitForRecordsAsync(Offset offset, CancellationToken cancellationToken) => WaitForRecordsAsync(offset, IsolationLevel.ReadUncommitted, cancellationToken);

    /// <summary>As the other one, for a reader of an isolation level.</summary>
    public Task WaitForRecordsAsync(Offset offset, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        Task wait = _handle.Positions.WaitAsync(cancellationToken);
        if (ReadableEnd(isolation) > offset)
        {
            return Task.CompletedTask;
        }
        // Somebody waits for what is written and not yet flushed: flush it now and not after flush.ms.
        if (EndOffset > offset && FlushedOffset < EndOffset)
        {
            _flusher.Request();
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

    /// <summary>Raises the start offset to where a leader's log begins, but not above the high watermark. No effect below the start.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public Task RaiseStartOffsetAsync(Offset start) => _context.Io.Appends.RunAsync(() =>
    {
        lock (_handle.Writer)
        {
            OpenLog log = _handle.EnsureOpen();
            Offset target = Offset.Min(start, HighWatermark);
            if (target > log.StartOffset)
            {
                _handle.RaiseStart(log, target);
            }
        }
    });

    /// <summary>
    /// Cuts the log to an offset, or to the start of the batch that holds it; durable when the task ends. Appends under way are
    /// refused, and the log needs a new epoch.
    /// </summary>
    public Task TruncateAsync(Offset end) => _context.Io.Appends.RunAsync(() =>
    {
        lock (_handle.Writer)
        {
            _handle.EnsureOpen();
            _handle.CutBack(end, ErrorCode.NotLeaderOrFollower, "The log was cut. Send it again.");
        }
    });

    /// <summary>Finishes the active segment, so that compaction may look at it. No effect on an empty one.</summary>
    public Task RollAsync() => _context.Io.Appends.RunAsync(() => UnderLock(log =>
    {
        if (log.Segments.Length > 0)
        {
            _handle.GuardDisk(log.FlushedOffset, log.Roll);
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
        lock (_handle.Writer)
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

    /// <summary>Makes everything durable and closes the files; appends that wait for a commit are refused. The log opens again when it is used again.</summary>
    public Task CloseAsync() => _context.Io.Appends.RunAsync(() =>
    {
        lock (_handle.Writer)
        {
            Close();
            RefuseUncommitted(ErrorCode.NotLeaderOrFollower, "The partition's log is closed here; whether this is committed is not known. Send it again.");
        }
    });

    /// <summary>Deletes the log for good. It cannot be used any more.</summary>
    public Task RemoveAsync() => _context.Io.Appends.RunAsync(Remove);

    internal bool IsInUse => IsOpen || !_handle.Uncommitted.IsEmpty;

    internal void NoteDamage(Offset from) => _handle.NoteDamage(from);

    internal void CloseUnlessBusy() => CloseIfIdle(TimeSpan.Zero);

    internal void UnderLock(Action<OpenLog> action) => _handle.UnderLock(action);

    internal OpenLog? UseIfOpen() => _handle.UseIfOpen();

    internal OpenLog EnsureOpen() => _handle.EnsureOpen();

    private DeleteRecordsReply DeleteRecords(Offset before)
    {
        lock (_handle.Writer)
        {
            OpenLog log = EnsureOpen();
            Offset target = before == Offset.None ? HighWatermark : before;
            if (target < Offset.Zero || target > HighWatermark)
            {
                return new DeleteRecordsReply(ErrorCode.OffsetOutOfRange,
                    $"Offset {before} is not in the log, which holds offsets {log.StartOffset} up to {HighWatermark}.", log.StartOffset);
            }
            try
            {
                if (target > log.StartOffset)
                {
                    _handle.RaiseStart(log, target);
                }
                return new DeleteRecordsReply(ErrorCode.None, null, log.StartOffset);
            }
            catch (IOException exception)
            {
                return new DeleteRecordsReply(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception), log.StartOffset);
            }
        }
    }

    private bool CloseIfIdle(TimeSpan idle)
    {
        lock (_handle.Writer)
        {
            if (!IsOpen)
            {
                return true;
            }
            if (_queue.IsBusy || !_handle.Uncommitted.IsEmpty || _handle.UnusedFor < idle)
            {
                return false;
            }
            Close();
            return true;
        }
    }

    private void Close()
    {
        _flusher.Disarm();
        _handle.Close();
    }

    private void Remove()
    {
        lock (_handle.Writer)
        {
            _flusher.Disarm();
            _handle.Remove();
        }
    }
}
