using StreamCoord.Log.Epochs;
using StreamCoord.Log.Storage;
using StreamCoord.Records;

namespace StreamCoord.Log.Segments;

/// <summary>
/// One file of a partition's log, with its index. Batches lie in it in the order of their offsets, from
/// <see cref="BaseOffset"/> on.
/// </summary>
/// <remarks>
/// Owns its two files, opened when first needed. One writer (the log's, which holds the log's lock); readers run beside it
/// between <see cref="TryAcquire"/> and <see cref="Release"/> and see what <see cref="SizeBytes"/> covers. After <see cref="Write"/>
/// bytes are in memory; <see cref="Flush"/> makes them durable. Always <see cref="BaseOffset"/> &lt;= <see cref="NextOffset"/>,
/// and a batch that readers see is never changed in place.
/// </remarks>
internal sealed class Segment(ILogDisk disk, string directory, Offset baseOffset)
{
    private const int TailMarksMax = 16;

    private readonly Lock _files = new();
    private readonly TailMark?[] _tail = new TailMark?[TailMarksMax];
    private ILogFile? _log;
    private SegmentIndex? _index;
    private int _users = 1; // The log itself, until Retire.
    private int _sizeBytes;
    private int _indexedUpTo;
    private int _tailCount;

    public Offset BaseOffset { get; } = baseOffset;

    /// <summary>How many bytes hold batches.</summary>
    public int SizeBytes => Volatile.Read(ref _sizeBytes);

    /// <summary>The offset after the last batch; in a finished segment, the base offset of the next one.</summary>
    public Offset NextOffset { get; private set; } = baseOffset;

    /// <summary>The largest timestamp of the first batch, or -1: what <c>segment.ms</c> counts from.</summary>
    public long FirstTimestampMs { get; private set; } = -1;

    /// <summary>The largest timestamp, or -1 in an empty segment. Milliseconds since 1970.</summary>
    public long MaxTimestampMs { get; private set; } = -1;

    /// <summary>What the index takes.</summary>
    public int IndexSizeBytes => Index.SizeBytes;

    public string FileName => SegmentFileName.Log(BaseOffset);

    public string LogPath => Path.Combine(directory, FileName);

    public string IndexPath => Path.Combine(directory, SegmentFileName.Index(BaseOffset));

    public string AbortedPath => Path.Combine(directory, SegmentFileName.Aborted(BaseOffset));

    /// <summary>The transactions whose abort markers lie here.</summary>
    public AbortedIndex Aborted { get; } = new(disk, Path.Combine(directory, SegmentFileName.Aborted(baseOffset)));

    public ILogFile Log
    {
        get
        {
            lock (_files)
            {
                return _log ??= disk.Open(LogPath);
            }
        }
    }

    public SegmentIndex Index
    {
        get
        {
            lock (_files)
            {
                return _index ??= SegmentIndex.Open(disk, IndexPath, BaseOffset);
            }
        }
    }

    /// <summary>A finished segment, as its files and the name of the next one say. Its index is checked, and rebuilt, when it is first needed.</summary>
    public static Segment Finished(ILogDisk disk, string directory, Offset baseOffset, int sizeBytes, Offset nextOffset) =>
        new(disk, directory, baseOffset) { _sizeBytes = sizeBytes, NextOffset = nextOffset };

    /// <summary>Keeps the files open for a reader; false when the segment is out of use.</summary>
    public bool TryAcquire()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }
            users = seen;
        }
        return false;
    }

    /// <summary>Ends what <see cref="TryAcquire"/> began. The last one closes the files.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _log?.Dispose();
            _index?.Dispose();
        }
    }

    /// <summary>Takes the segment out of use: no new reader gets it, and its files close after the last one.</summary>
    public void Retire() => Release();

    /// <summary>Begins to read batches, up to what the segment holds now. The caller disposes the scanner.</summary>
    /// <param name="position">Where a batch begins.</param>
    /// <param name="expected">The offset of that batch, or one before it.</param>
    /// <param name="gapsAllowed">See <see cref="ScanRules"/>.</param>
    /// <param name="epochs">See <see cref="ScanRules"/>.</param>
    public BatchScanner Scan(int position, Offset expected, bool gapsAllowed = true, LeaderEpochHistory? epochs = null) =>
        new(Log, Index, position, SizeBytes, expected, new ScanRules(NextOffset, gapsAllowed, epochs));

    /// <summary>Writes batches behind the last one. Readers see them after <see cref="Note"/>.</summary>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> batches)
    {
        if (batches.Count == 1)
        {
            Log.Write(batches[0].Span, _sizeBytes);
        }
        else
        {
            Log.Write(batches, _sizeBytes);
        }
    }

    /// <summary>Remembers where a group of batches is written, for those who read the newest. The writer's; readers may look meanwhile.</summary>
    public void MarkTail(Offset baseOffset) => Volatile.Write(ref _tail[_tailCount++ % TailMarksMax], new TailMark(baseOffset, _sizeBytes));

    /// <summary>The newest remembered place from which a walk comes by an offset; null when none is.</summary>
    public TailMark? FindTail(Offset offset)
    {
        TailMark? found = null;
        for (int i = 0; i < TailMarksMax; i++)
        {
            if (Volatile.Read(ref _tail[i]) is { } mark && mark.BaseOffset <= offset && (found is null || mark.BaseOffset > found.BaseOffset))
            {
                found = mark;
            }
        }
        return found;
    }

    /// <summary>Takes note of a batch that is now in the file, behind the last one, and of an index entry where one is due.</summary>
    public void Note(in BatchHeader batch, int indexIntervalBytes)
    {
        Invariant.Holds(batch.BaseOffset >= NextOffset);
        if (_sizeBytes - _indexedUpTo >= indexIntervalBytes && _sizeBytes > 0)
        {
            Index.Add(new IndexEntry(batch.BaseOffset, _sizeBytes, MaxTimestampMs));
            _indexedUpTo = _sizeBytes;
        }
        if (FirstTimestampMs < 0)
        {
            FirstTimestampMs = batch.MaxTimestampMs;
        }
        MaxTimestampMs = Math.Max(MaxTimestampMs, batch.MaxTimestampMs);
        NextOffset = batch.NextOffset;
        Volatile.Write(ref _sizeBytes, checked(_sizeBytes + batch.SizeBytes));
    }

    /// <summary>Counts damaged bytes that stay where they are, and the offsets that are lost with them.</summary>
    public void NoteDamage(int sizeBytes, Offset nextOffset)
    {
        NextOffset = nextOffset;
        Volatile.Write(ref _sizeBytes, checked(_sizeBytes + sizeBytes));
    }

    /// <summary>Lets searches find what <see cref="Note"/> took down.</summary>
    public void WriteIndex() => Index.WriteAdded();

    /// <summary>
    /// As <see cref="WriteIndex"/>, when the log is opened or read: a log on a full disk must still be readable, and without these entries
    /// searches only take longer.
    /// </summary>
    public void WriteIndexIfThereIsRoom()
    {
        try
        {
            Index.WriteAdded();
        }
        catch (IOException exception) when (DiskErrors.IsFull(exception))
        {
            Index.ForgetAdded();
        }
    }

    /// <summary>Makes the batches durable. May run beside <see cref="Write"/>: what is written meanwhile it covers or not.</summary>
    /// <exception cref="FlushFailedException">The disk failed.</exception>
    public void Flush()
    {
        try
        {
            Log.Flush();
        }
        catch (IOException exception)
        {
            throw new FlushFailedException(exception);
        }
    }

    /// <summary>Completes the indexes of a segment that nothing more is written to, and makes all its files durable.</summary>
    public void Seal()
    {
        Aborted.Save();
        Index.Add(new IndexEntry(NextOffset, _sizeBytes, MaxTimestampMs));
        Index.WriteAdded();
        Index.Flush();
        Flush();
    }

    /// <summary>Starts from what was recovered up to a position; the index keeps what lies before it.</summary>
    public void Resume(int position, Offset nextOffset, long maxTimestampMs, long firstTimestampMs)
    {
        Index.TruncateTo(position);
        Volatile.Write(ref _sizeBytes, position);
        _indexedUpTo = position;
        NextOffset = nextOffset;
        MaxTimestampMs = maxTimestampMs;
        FirstTimestampMs = firstTimestampMs;
    }

    /// <summary>Cuts the file; durable when this returns. The caller calls <see cref="Resume"/> with what is left.</summary>
    /// <exception cref="FlushFailedException">The disk failed.</exception>
    public void Cut(int position)
    {
        Log.SetLength(position);
        Flush();
    }

    /// <summary>
    /// Makes sure that a finished segment's index is complete, rebuilding it from the segment when it is not, and learns the
    /// largest timestamp from it.
    /// </summary>
    public void EnsureSealed(int indexIntervalBytes)
    {
        lock (_files)
        {
            if (MaxTimestampMs >= 0 || _sizeBytes == 0)
            {
                return;
            }
            IndexEntry? seal = Index.FindSeal(_sizeBytes);
            MaxTimestampMs = seal is { } entry ? entry.MaxTimestampBeforeMs : RebuildIndex(indexIntervalBytes);
            FirstTimestampMs = Math.Max(FirstTimestampMs, 0);
        }
    }

    /// <summary>Deletes the index; the log file is kept under a name that says since when it is out of use.</summary>
    public void Discard(long nowMs)
    {
        disk.Rename(LogPath, Path.Combine(directory, SegmentFileName.Deleted(BaseOffset, nowMs)));
        disk.Delete(IndexPath);
        disk.Delete(AbortedPath);
        disk.Delete(Path.Combine(directory, SegmentFileName.Snapshot(BaseOffset)));
    }

    private long RebuildIndex(int indexIntervalBytes)
    {
        Index.Clear();
        long maxTimestampMs = -1;
        long indexedUpTo = 0;
        using var scanner = new BatchScanner(Log, null, 0, _sizeBytes, BaseOffset, new ScanRules(NextOffset, GapsAllowed: true));
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
        {
            if (result == ScanResult.Batch)
            {
                if (scanner.Position - indexedUpTo >= indexIntervalBytes && scanner.Position > 0)
                {
                    Index.Add(new IndexEntry(scanner.Header.BaseOffset, (int)scanner.Position, maxTimestampMs));
                    indexedUpTo = scanner.Position;
                }
                maxTimestampMs = Math.Max(maxTimestampMs, scanner.Header.MaxTimestampMs);
            }
        }
        Index.Add(new IndexEntry(NextOffset, _sizeBytes, maxTimestampMs));
        WriteIndexIfThereIsRoom();
        return Math.Max(maxTimestampMs, 0);
    }
}
