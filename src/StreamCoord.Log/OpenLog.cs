using StreamCoord.Log.Appending;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Following;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;
using StreamCoord.Records;

namespace StreamCoord.Log;

/// <summary>
/// A partition's log while it is in use: its segments, producers and epochs. Everything in it can be had again from the
/// files (<see cref="LogRecovery"/>), so an idle partition drops it whole.
/// </summary>
/// <remarks>
/// Owns its segments. Methods that change something are called by one thread at a time, with the log's lock held, on a
/// thread that may block. <see cref="Segments"/> may be read by anybody at any time: the array is replaced, never changed.
/// Always <see cref="StartOffset"/> &lt;= <see cref="FlushedOffset"/> &lt;= <see cref="EndOffset"/>. Bytes are in memory after
/// <see cref="Append"/> and durable after <see cref="Flush"/>.
/// </remarks>
internal sealed class OpenLog
{
    // An offset delta within a segment's index is an unsigned 32-bit number; Kafka keeps to the signed range.
    private const long OffsetSpanMax = int.MaxValue;

    private readonly LogContext _context;
    private readonly List<ReadOnlyMemory<byte>> _gathered = [];
    private readonly List<BatchHeader> _gatheredHeaders = [];
    private readonly List<AbortedRange> _gatheredAborts = [];
    private Segment[] _segments = [];
    private int _gatheredBytes;
    private BackgroundFlush? _flushing;

    public OpenLog(LogContext context, string directory)
    {
        _context = context;
        Directory = directory;
    }

    public string Directory { get; }

    public Segment[] Segments => Volatile.Read(ref _segments);

    public ProducerStates Producers { get; } = new();

    public LeaderEpochHistory Epochs { get; } = new();

    public Offset StartOffset { get; private set; }

    public Offset EndOffset { get; private set; }

    public Offset FlushedOffset { get; private set; }

    /// <summary>Compaction has been over everything below.</summary>
    public Offset CleanedTo { get; private set; }

    /// <summary>See <see cref="LogState.GapsBelow"/>.</summary>
    public Offset GapsBelow { get; private set; }

    /// <summary>The first offset that recovery found damaged, or missing; null when it found none.</summary>
    public Offset? DamagedFrom { get; private set; }

    /// <summary>The newest producer snapshot on the disk; nothing before it is read by a recovery.</summary>
    public Offset SnapshotOffset { get; set; }

    public long SizeBytes => Segments.Sum(segment => (long)segment.SizeBytes);

    public string PathOf(string fileName) => Path.Combine(Directory, fileName);

    /// <summary>Reads the producers as they were at an offset, if a snapshot says; else there are none.</summary>
    public void ReadSnapshot(Offset offset, ProducerStates producers) => ProducerSnapshot.TryRead(_context.Disk, PathOf(SegmentFileName.Snapshot(offset)), producers);

    /// <summary>Takes note of damage.</summary>
    public void NoteDamage(Offset from) => DamagedFrom = DamagedFrom is { } before ? Offset.Min(before, from) : from;

    /// <summary>Takes over what recovery found.</summary>
    public void Load(IEnumerable<Segment> segments, Offset startOffset, Offset endOffset, LogState? state)
    {
        Volatile.Write(ref _segments, [.. segments]);
        StartOffset = startOffset;
        EndOffset = endOffset;
        FlushedOffset = endOffset;
        CleanedTo = state?.CleanedTo ?? Offset.Zero;
        GapsBelow = state?.GapsBelow ?? Offset.Zero;
    }

    /// <summary>
    /// Gives every request its offsets and writes them in as few writes as there are segments. Requests that a producer rule
    /// refuses, or that were appended before, get their answer and are not written. Returns how many bytes were. Throws when the disk
    /// fails: then the caller cuts the log back to where it ended before.
    /// </summary>
    public long Append(IReadOnlyList<PendingAppend> group, LeaderEpoch epoch, LogConfig config, TransactionAdmission transactions)
    {
        Offset next = EndOffset;
        long sizeBytes = 0;
        foreach (PendingAppend request in group)
        {
            if (IsSettledByProducer(request, transactions))
            {
                continue;
            }
            request.BaseOffset = next;
            foreach (AdmittedBatch batch in request.Batches)
            {
                if (NeedsRoll(batch.Header, next, config))
                {
                    WriteGathered(config);
                    Roll();
                }
                next = Gather(batch, next, epoch);
            }
            request.LastOffset = next + -1;
            sizeBytes += request.SizeBytes;
        }
        WriteGathered(config);
        return sizeBytes;
    }

    /// <summary>
    /// Writes a leader's batches as they are, behind the end; where offsets are missing before one, <see cref="AllowGapsBelow"/> has been called. Throws when the disk fails, as
    /// <see cref="Append"/> does.
    /// </summary>
    public void AppendFollowed(FollowedBatches batches, LogConfig config)
    {
        int from = 0;
        foreach (BatchHeader header in batches.Headers)
        {
            if (NeedsRoll(header, header.BaseOffset, config))
            {
                WriteFollowed(batches, ref from, config);
                // What is missing before the batch is gone for good, so the next segment can begin with it. A log without a segment keeps its start.
                bool canKeepStart = Segments.Length == 0 && header.BaseOffset >= EndOffset && header.LastOffset - EndOffset <= OffsetSpanMax;
                RollAt(canKeepStart ? EndOffset : header.BaseOffset);
            }
            Collect(header, batches.Bytes.Span.Slice(from + _gatheredBytes, header.SizeBytes));
        }
        WriteFollowed(batches, ref from, config);
    }

    /// <summary>
    /// Begins a flush of what is appended so far beside the appends that follow; null when there is nothing to flush, or one under way. The caller runs it without the
    /// log's lock and then calls <see cref="SettleFlush"/>.
    /// </summary>
    public BackgroundFlush? TryBeginFlush()
    {
        if (_flushing is not null || FlushedOffset == EndOffset || !Segments[^1].TryAcquire())
        {
            return null;
        }
        return _flushing = new BackgroundFlush(Segments[^1], EndOffset);
    }

    /// <summary>Waits for the flush that <see cref="TryBeginFlush"/> began, if it is still open, and takes note of what it covered.</summary>
    /// <exception cref="FlushFailedException">It failed: the log must go back to <see cref="FlushedOffset"/>.</exception>
    public void SettleFlush()
    {
        if (_flushing is { } flushing)
        {
            _flushing = null;
            flushing.Join();
            FlushedOffset = Offset.Max(FlushedOffset, flushing.End);
        }
    }

    /// <summary>
    /// As <see cref="SettleFlush"/>, before the log is cut: its files are opened anew then, and the new handles do not hear of what the old ones were told. Returns where to cut: further
    /// back when the flush failed.
    /// </summary>
    public Offset SettleBeforeCut(Offset end)
    {
        try
        {
            SettleFlush();
            return end;
        }
        catch (FlushFailedException)
        {
            return Offset.Min(end, FlushedOffset);
        }
    }

    /// <summary>Makes everything appended so far durable.</summary>
    /// <exception cref="FlushFailedException">The log must go back to <see cref="FlushedOffset"/>.</exception>
    public void Flush()
    {
        SettleFlush();
        Offset end = EndOffset;
        if (FlushedOffset < end)
        {
            long started = _context.Time.GetTimestamp();
            Segments[^1].Flush();
            _context.Metrics.Flushed(_context.Time.GetElapsedTime(started));
            FlushedOffset = end;
        }
    }

    /// <summary>Finishes the active segment, if it holds anything, and begins the next one.</summary>
    public void Roll() => RollAt(EndOffset);

    /// <summary>Raises the start offset; durable when this returns. The segments below it are for retention to delete.</summary>
    public void SetStartOffset(Offset offset)
    {
        Invariant.Holds(offset >= StartOffset && offset <= EndOffset);
        if (offset > FlushedOffset)
        {
            Flush();
        }
        Offset before = StartOffset;
        StartOffset = offset;
        Epochs.ForgetBelow(offset);
        try
        {
            WriteState();
        }
        catch (IOException)
        {
            StartOffset = before;
            throw;
        }
    }

    /// <summary>Remembers how far compaction came; durable when this returns.</summary>
    public void SetCleanedTo(Offset offset)
    {
        (CleanedTo, GapsBelow) = (offset, Offset.Max(GapsBelow, offset));
        WriteState();
    }

    /// <summary>Batches are coming that have offsets missing before them, up to this one; durable when this returns, so that a recovery takes them for what they are.</summary>
    public void AllowGapsBelow(Offset offset)
    {
        Offset before = GapsBelow;
        if (offset <= before)
        {
            return;
        }
        GapsBelow = offset;
        try
        {
            _context.Disk.CreateDirectory(Directory);
            WriteState();
        }
        catch (IOException)
        {
            GapsBelow = before;
            throw;
        }
    }

    /// <summary>
    /// Everything that is here goes, because the log is to begin further on; durable when this returns. It is done by whoever opens the log next, who finds that it ends before it begins: the caller has it opened
    /// anew.
    /// </summary>
    public void BeginAnewAt(Offset start)
    {
        Invariant.Holds(start > EndOffset);
        _context.Disk.CreateDirectory(Directory);
        new LogState(start, CleanedTo, GapsBelow, []).Write(_context.Disk, Directory);
    }

    /// <summary>
    /// Takes the oldest segments out of use; their bytes stay on the disk for <c>file.delete.delay.ms</c>. The start offset rises
    /// first, so that a crash between the two leaves files, never a hole.
    /// </summary>
    public void DeleteOldest(int count, long nowMs)
    {
        Segment[] segments = Segments;
        Invariant.Holds(count < segments.Length);
        Offset start = Offset.Max(StartOffset, segments[count].BaseOffset);
        SetStartOffset(start);
        Volatile.Write(ref _segments, segments[count..]);
        foreach (Segment segment in segments[..count])
        {
            segment.Discard(nowMs);
            segment.Retire();
        }
    }

    /// <summary>Puts one segment in the place of several neighbours that compaction has merged into it.</summary>
    public void Replace(IReadOnlyList<Segment> old, Segment merged)
    {
        Segment[] segments = Segments;
        int at = Array.IndexOf(segments, old[0]);
        Invariant.Holds(at >= 0 && segments[at + old.Count - 1] == old[^1]);
        Volatile.Write(ref _segments, [.. segments[..at], merged, .. segments[(at + old.Count)..]]);
        foreach (Segment segment in old)
        {
            segment.Retire();
        }
    }

    /// <summary>
    /// Makes a later recovery cheap: everything durable, and a snapshot of the producers at the end. Skipped when little was
    /// written since the last one.
    /// </summary>
    public void Checkpoint(long unsnapshotBytesMax)
    {
        Flush();
        if (Segments is not [.., Segment active] || SnapshotOffset == EndOffset || UnsnapshotBytes(active) <= unsnapshotBytesMax)
        {
            return;
        }
        active.Index.Flush();
        active.Aborted.Save();
        Offset previous = SnapshotOffset;
        // Before the snapshot: whoever begins there reads nothing older, and must know its epochs.
        WriteState();
        new ProducerSnapshot(EndOffset, active.BaseOffset, active.SizeBytes, active.FirstTimestampMs, active.MaxTimestampMs)
            .Write(_context.Disk, PathOf(SegmentFileName.Snapshot(EndOffset)), Producers);
        SnapshotOffset = EndOffset;
        if (previous > active.BaseOffset)
        {
            _context.Disk.Delete(PathOf(SegmentFileName.Snapshot(previous)));
        }
    }

    /// <summary>Closes the files as soon as the last reader is done.</summary>
    public void Release()
    {
        foreach (Segment segment in Segments)
        {
            segment.Retire();
        }
    }

    private long UnsnapshotBytes(Segment active) => SnapshotOffset <= active.BaseOffset
        ? active.SizeBytes
        : active.SizeBytes - (active.Index.FloorOffset(SnapshotOffset)?.Position ?? 0);

    private void RollAt(Offset baseOffset)
    {
        if (Segments.Length == 0)
        {
            _context.Disk.CreateDirectory(Directory);
        }
        else
        {
            if (Segments[^1].SizeBytes == 0)
            {
                return;
            }
            SettleFlush();
            Segments[^1].Seal();
            FlushedOffset = EndOffset;
            WriteState();
        }
        // Without a snapshot recovery begins with the first segment, which is just as well while that is the only one.
        if (Segments.Length > 0 || Producers.Producers.Count > 0)
        {
            new ProducerSnapshot(baseOffset, baseOffset, 0, -1, -1).Write(_context.Disk, PathOf(SegmentFileName.Snapshot(baseOffset)), Producers);
        }
        var segment = new Segment(_context.Disk, Directory, baseOffset);
        try
        {
            segment.Log.SetLength(0);
            segment.Aborted.Restore([]);
            _context.Disk.FlushDirectory(Directory);
        }
        catch
        {
            segment.Retire();
            throw;
        }
        SnapshotOffset = baseOffset;
        (EndOffset, FlushedOffset) = (Offset.Max(EndOffset, baseOffset), Offset.Max(FlushedOffset, baseOffset));
        Volatile.Write(ref _segments, [.. Segments, segment]);
    }

    private void WriteState() => new LogState(StartOffset, CleanedTo, GapsBelow, Epochs.Entries).Write(_context.Disk, Directory);

    private bool IsSettledByProducer(PendingAppend request, TransactionAdmission transactions)
    {
        ProducerVerdict verdict = Judge(request, transactions);
        if (verdict.Error != ErrorCode.None)
        {
            request.Refuse(verdict.Error, verdict.Message!);
            return true;
        }
        if (verdict.Duplicate is { } duplicate)
        {
            request.BaseOffset = duplicate.BaseOffset;
            request.LastOffset = duplicate.LastOffset;
            return true;
        }
        return false;
    }

    private ProducerVerdict Judge(PendingAppend request, TransactionAdmission transactions)
    {
        AdmittedBatch first = request.Batches[0];
        if (!request.IsFromCoordinator)
        {
            return Producers.Check(first.Header, first.Header.IsTransactional && transactions.IsKnown(first.Header.ProducerId, first.Header.ProducerEpoch));
        }
        TransactionMarker? marker = first.Header.IsControl ? TransactionMarker.TryRead(first.Bytes.Span) : null;
        ProducerVerdict verdict = Producers.CheckCoordinator(first.Header, marker);
        if (verdict.Error == ErrorCode.None && first.Header.IsControl)
        {
            transactions.Forget(first.Header.ProducerId);
        }
        return verdict;
    }

    private bool NeedsRoll(in BatchHeader batch, Offset next, LogConfig config)
    {
        if (Segments is not [.., Segment active])
        {
            return true;
        }
        long sizeBytes = (long)active.SizeBytes + _gatheredBytes;
        if (sizeBytes == 0)
        {
            return false;
        }
        long firstTimestampMs = active.FirstTimestampMs >= 0 ? active.FirstTimestampMs : _gatheredHeaders[0].MaxTimestampMs;
        return sizeBytes + batch.SizeBytes > config.SegmentBytes
            || next + batch.LastOffsetDelta - active.BaseOffset > OffsetSpanMax
            || active.IndexSizeBytes + 2 * SegmentIndex.EntrySizeBytes > config.SegmentIndexBytes
            || batch.MaxTimestampMs - firstTimestampMs > config.SegmentMs - JitterMs(active, config);
    }

    // The same segment gets the same jitter after a restart, so it is taken from its offset and not from a generator.
    private static long JitterMs(Segment active, LogConfig config) => config.SegmentJitterMs == 0
        ? 0
        : (long)((ulong)active.BaseOffset.Value * 0x9E3779B97F4A7C15 % (ulong)Math.Min(config.SegmentJitterMs, config.SegmentMs));

    private Offset Gather(AdmittedBatch batch, Offset baseOffset, LeaderEpoch epoch)
    {
        Span<byte> bytes = batch.Bytes.Span;
        BatchPatch.SetBaseOffset(bytes, baseOffset);
        BatchPatch.SetLeaderEpoch(bytes, epoch);
        bool isBatch = BatchHeader.TryRead(bytes, out BatchHeader header);
        Invariant.Holds(isBatch);
        _gathered.Add(batch.Bytes);
        Collect(header, bytes);
        return header.NextOffset;
    }

    private void Collect(in BatchHeader header, ReadOnlySpan<byte> bytes)
    {
        if (Producers.Appended(header, bytes) is { } aborted)
        {
            _gatheredAborts.Add(aborted);
        }
        _gatheredHeaders.Add(header);
        _gatheredBytes += header.SizeBytes;
    }

    private void WriteFollowed(FollowedBatches batches, ref int from, LogConfig config)
    {
        if (_gatheredBytes > 0)
        {
            _gathered.Add(batches.Bytes.Slice(from, _gatheredBytes));
            from += _gatheredBytes;
            WriteGathered(config);
        }
    }

    private void WriteGathered(LogConfig config)
    {
        if (_gathered.Count == 0)
        {
            return;
        }
        try
        {
            Segment active = Segments[^1];
            active.MarkTail(_gatheredHeaders[0].BaseOffset);
            active.Write(_gathered);
            foreach (BatchHeader header in _gatheredHeaders)
            {
                Epochs.Append(header.LeaderEpoch, header.BaseOffset);
                active.Note(header, config.IndexIntervalBytes);
            }
            active.WriteIndex();
            active.Aborted.Add(_gatheredAborts);
            EndOffset = active.NextOffset;
        }
        finally
        {
            _gathered.Clear();
            _gatheredHeaders.Clear();
            _gatheredAborts.Clear();
            _gatheredBytes = 0;
        }
    }
}
