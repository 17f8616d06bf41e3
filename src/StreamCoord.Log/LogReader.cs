using System.Buffers;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Segments;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log;

/// <summary>What a read found.</summary>
/// <param name="Data">Whole, sound batches; empty when there are none below the limit.</param>
/// <param name="Damage">Set when the first batch wanted is damaged; then there is no data.</param>
/// <param name="IsStale">True when the log was closed or changed under the read; read again.</param>
internal readonly record struct ReadOutcome(RecordData Data, DamagedRange? Damage, bool IsStale)
{
    public static readonly ReadOutcome Nothing = new(RecordData.Empty, null, false);
    public static readonly ReadOutcome Stale = new(RecordData.Empty, null, true);
}

/// <summary>
/// Reads batches out of segments. A batch that reaches above the limit is not given out. One copy, from the page cache into pooled memory, and one pass over it that checks every batch, so
/// that nobody is ever given damaged bytes. Stateless; runs beside the writer on threads that may block.
/// </summary>
internal static class LogReader
{
    // What is read and checked on a thread that has other things to do as well: some thirty microseconds.
    private const int TailBytesMax = 128 * 1_024;

    /// <summary>Reads whole batches that hold offsets from <paramref name="from"/> on and lie wholly below <paramref name="limit"/>.</summary>
    public static ReadOutcome Read(OpenLog log, Offset from, Offset limit, int maxBytes, LogConfig config)
    {
        Segment[] segments = log.Segments;
        int at = Array.FindLastIndex(segments, segment => segment.BaseOffset <= from);
        for (int i = Math.Max(at, 0); i < segments.Length && from < limit; i++)
        {
            Segment segment = segments[i];
            if (!segment.TryAcquire())
            {
                return ReadOutcome.Stale;
            }
            try
            {
                if (i < segments.Length - 1)
                {
                    segment.EnsureSealed(config.IndexIntervalBytes);
                }
                ReadOutcome outcome = ReadSegment(segment, log.Epochs, from, limit, maxBytes);
                if (outcome.Damage is not null || outcome.Data.Bytes.Length > 0)
                {
                    return outcome;
                }
            }
            finally
            {
                segment.Release();
            }
            if (i < segments.Length - 1 && IsHole(log, segment, from, limit))
            {
                return new ReadOutcome(RecordData.Empty, new DamagedRange(from, segment.NextOffset, segment.FileName, segment.SizeBytes, "It ends before the next file begins."), false);
            }
            from = Offset.Max(from, segment.NextOffset);
        }
        return ReadOutcome.Nothing;
    }

    /// <summary>
    /// The same for what was written a moment ago and is still in the operating system's memory, as readers at the end of a log mostly want it: this one may be called on any thread, for it never waits. Null when it is not
    /// as simple as that.
    /// </summary>
    public static RecordData? TryReadTail(OpenLog log, Offset from, Offset limit, int maxBytes)
    {
        if (from >= limit || log.Segments is not [.., Segment active] || active.FindTail(from) is not { } mark)
        {
            return null;
        }
        int windowBytes = Math.Min(Math.Max(maxBytes, BatchLayout.HeaderSizeBytes), active.SizeBytes - mark.Position);
        if (windowBytes is <= 0 or > TailBytesMax || !active.TryAcquire())
        {
            return null;
        }
        IMemoryOwner<byte> buffer = MemoryPool<byte>.Shared.Rent(windowBytes);
        try
        {
            Span<byte> bytes = buffer.Memory.Span[..windowBytes];
            if (active.Log.TryReadCached(bytes, mark.Position) && WalkBatches(bytes, log.Epochs, from, limit, mark.BaseOffset) is { KeptBytes: > 0 } walk)
            {
                return Take(ref buffer, walk).Data;
            }
            return null;
        }
        finally
        {
            buffer?.Dispose();
            active.Release();
        }
    }

    // Nothing was found in a finished segment that has no gaps, and nothing but its end can be why.
    private static bool IsHole(OpenLog log, Segment segment, Offset from, Offset limit) =>
        from < segment.NextOffset && segment.NextOffset <= limit && segment.BaseOffset >= log.GapsBelow;

    private static ReadOutcome ReadSegment(Segment segment, LeaderEpochHistory epochs, Offset from, Offset limit, int maxBytes)
    {
        int sizeBytes = segment.SizeBytes;
        IndexEntry start = FindStart(segment, from);
        // A window from the index entry on: the batches before the wanted one lie within one index interval.
        int windowBytes = (int)Math.Min(Math.Max((long)maxBytes, BatchLayout.HeaderSizeBytes), sizeBytes - start.Position);
        if (windowBytes <= 0)
        {
            return ReadOutcome.Nothing;
        }
        long position = start.Position;
        Offset expected = start.BaseOffset;
        IMemoryOwner<byte> buffer = MemoryPool<byte>.Shared.Rent(windowBytes);
        try
        {
            while (position < sizeBytes)
            {
                int read = segment.Log.Read(buffer.Memory.Span[..(int)Math.Min(windowBytes, sizeBytes - position)], position);
                Walk walk = WalkBatches(buffer.Memory.Span[..read], epochs, from, limit, expected);
                if (walk.KeptBytes > 0)
                {
                    return Take(ref buffer, walk);
                }
                if (walk.ReachedLimit)
                {
                    return ReadOutcome.Nothing;
                }
                position += walk.SkippedBytes;
                expected = walk.NextOffset;
                if (walk.Problem)
                {
                    (DamagedRange damage, long behind) = DescribeDamage(segment, epochs, position, sizeBytes, expected);
                    if (damage.To > from)
                    {
                        return new ReadOutcome(RecordData.Empty, damage, false);
                    }
                    position = behind;
                    expected = damage.To;
                }
                if (walk.NeededBytes > windowBytes)
                {
                    if (position + walk.NeededBytes > sizeBytes)
                    {
                        return new ReadOutcome(RecordData.Empty, DescribeDamage(segment, epochs, position, sizeBytes, expected).Damage, false);
                    }
                    buffer.Dispose();
                    windowBytes = walk.NeededBytes;
                    buffer = MemoryPool<byte>.Shared.Rent(windowBytes);
                }
            }
            return ReadOutcome.Nothing;
        }
        finally
        {
            buffer?.Dispose();
        }
    }

    private static ReadOutcome Take(ref IMemoryOwner<byte> buffer, Walk walk)
    {
        var data = new RecordData(buffer, walk.SkippedBytes, walk.KeptBytes);
        buffer = null!;
        return new ReadOutcome(data, null, false);
    }

    // An index is a hint: when the batch it leads to is not there, the segment is read from its beginning.
    private static IndexEntry FindStart(Segment segment, Offset from)
    {
        var beginning = new IndexEntry(segment.BaseOffset, 0, -1);
        if (segment.Index.FloorOffset(from) is not { } entry || entry.Position >= segment.SizeBytes)
        {
            return beginning;
        }
        Span<byte> bytes = stackalloc byte[BatchLayout.HeaderSizeBytes];
        bool leadsToBatch = segment.Log.Read(bytes, entry.Position) == bytes.Length
            && BatchHeader.TryRead(bytes, out BatchHeader header)
            && header.BaseOffset == entry.BaseOffset;
        return leadsToBatch ? entry : beginning;
    }

    private static (DamagedRange Damage, long Behind) DescribeDamage(Segment segment, LeaderEpochHistory epochs, long position, int sizeBytes, Offset expected)
    {
        using var scanner = segment.Scan((int)position, expected, epochs: epochs);
        return scanner.Next() == ScanResult.Damage
            ? (scanner.Describe(segment.FileName), scanner.NextPosition)
            : (new DamagedRange(expected, segment.NextOffset, segment.FileName, position, scanner.Problem), sizeBytes);
    }

    /// <summary>What a pass over a window of bytes found.</summary>
    /// <param name="SkippedBytes">Batches before the wanted offset.</param>
    /// <param name="KeptBytes">The wanted batches behind them.</param>
    /// <param name="NextOffset">The offset after those that were skipped.</param>
    /// <param name="NeededBytes">The size of a batch that the window cuts off.</param>
    /// <param name="ReachedLimit">True when everything below the limit was passed.</param>
    /// <param name="Problem">True when the batch behind those is damaged.</param>
    private readonly record struct Walk(
        int SkippedBytes, int KeptBytes, Offset NextOffset, int NeededBytes, bool ReachedLimit, bool Problem);

    private static Walk WalkBatches(ReadOnlySpan<byte> bytes, LeaderEpochHistory epochs, Offset from, Offset limit, Offset expected)
    {
        int skipped = 0;
        int at = 0;
        while (BatchHeader.TryRead(bytes[at..], out BatchHeader header))
        {
            if (expected >= limit)
            {
                return new Walk(skipped, at - skipped, expected, 0, true, false);
            }
            if (header.SizeBytes > bytes.Length - at)
            {
                return new Walk(skipped, at - skipped, expected, header.SizeBytes, false, false);
            }
            // An offset is not covered by the CRC: only one that is expected may lead above the limit.
            bool fits = header.BaseOffset == expected || (header.BaseOffset > expected && header.NextOffset <= limit);
            bool sound = fits && epochs.Allows(header.LeaderEpoch, header.BaseOffset) && BatchValidator.CheckStored(bytes.Slice(at, header.SizeBytes)) == BatchProblem.None;
            if (sound && header.NextOffset > limit)
            {
                return new Walk(skipped, at - skipped, expected, 0, true, false);
            }
            // A damaged batch before the wanted offset is not this read's concern, as long as its length leads on.
            if (!sound && !(header.NextOffset <= from && header.BaseOffset == expected))
            {
                return new Walk(skipped, at - skipped, expected, 0, false, true);
            }
            at += header.SizeBytes;
            if (header.NextOffset <= from)
            {
                skipped = at;
            }
            expected = header.NextOffset;
        }
        bool cutOff = bytes.Length - at < BatchLayout.HeaderSizeBytes;
        return new Walk(skipped, at - skipped, expected, cutOff ? BatchLayout.HeaderSizeBytes : 0, false, !cutOff);
    }
}
