using StreamCoord.Log.Producers;
using StreamCoord.Log.Segments;
using StreamCoord.Partitions;

namespace StreamCoord.Log;

/// <summary>Finds the aborted transactions that a reader must know of. Stateless; runs beside the writer on threads that may block.</summary>
internal static class AbortedSearch
{
    /// <summary>The aborted transactions that have records from <paramref name="from"/> up to <paramref name="end"/>, in the order of their markers.</summary>
    public static IReadOnlyList<AbortedTransaction> Find(OpenLog log, Offset from, Offset end)
    {
        List<AbortedTransaction> found = [];
        foreach (AbortedRange range in RangesFrom(log, from))
        {
            if (range.MarkerOffset >= from && range.FirstOffset < end)
            {
                found.Add(new AbortedTransaction(range.ProducerId, range.FirstOffset));
            }
            if (range.StableOffset >= end)
            {
                break;
            }
        }
        return found;
    }

    /// <summary>What was aborted by the markers from the segment on that holds an offset, in their order.</summary>
    public static IEnumerable<AbortedRange> RangesFrom(OpenLog log, Offset from)
    {
        Segment[] segments = log.Segments;
        int at = Math.Max(Array.FindLastIndex(segments, segment => segment.BaseOffset <= from), 0);
        return segments.Skip(at).SelectMany(segment => segment.Aborted.TryRead() ?? Rebuild(log, segment));
    }

    /// <summary>What the markers in a finished segment have aborted, read off the segment itself.</summary>
    public static AbortedRange[] Rebuild(OpenLog log, Segment segment)
    {
        AbortedRange[] ranges = [];
        if (segment.TryAcquire())
        {
            ranges = [.. Scan(log, segment)];
            segment.Aborted.Restore(ranges);
            segment.Release();
        }
        return ranges;
    }

    // The snapshot that was written when the segment was begun tells which transactions were open then.
    private static List<AbortedRange> Scan(OpenLog log, Segment segment)
    {
        var producers = new ProducerStates();
        log.ReadSnapshot(segment.BaseOffset, producers);
        List<AbortedRange> ranges = [];
        using BatchScanner scanner = segment.Scan(0, segment.BaseOffset);
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
        {
            if (result == ScanResult.Batch && producers.Appended(scanner.Header, scanner.Bytes.Span) is { } aborted)
            {
                ranges.Add(aborted);
            }
        }
        return ranges;
    }
}
