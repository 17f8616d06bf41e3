using StreamCoord.Log.Segments;
using StreamCoord.Records;

namespace StreamCoord.Log;

/// <summary>A record found by its time.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="TimestampMs">Its timestamp, milliseconds since 1970.</param>
/// <param name="Epoch">The epoch it was written in.</param>
internal readonly record struct TimedRecord(Offset Offset, long TimestampMs, LeaderEpoch Epoch);

/// <summary>
/// Finds records by timestamp: the index gives the place, the batch headers the batch, its records the record. Damaged batches
/// are passed over. Stateless; runs beside the writer on threads that may block.
/// </summary>
internal static class LogTimeSearch
{
    /// <summary>The first record from the log's start on with a timestamp at or after <paramref name="timestampMs"/>; null when there is none below <paramref name="limit"/>.</summary>
    public static TimedRecord? FirstAtOrAfter(OpenLog log, long timestampMs, Offset limit, LogConfig config)
    {
        foreach (Segment segment in log.Segments)
        {
            if (segment.NextOffset <= log.StartOffset || !segment.TryAcquire())
            {
                continue;
            }
            try
            {
                LearnTimes(log, segment, config);
                if (segment.MaxTimestampMs >= timestampMs &&
                    FirstInSegment(segment, timestampMs, log.StartOffset, limit) is { } found)
                {
                    return found;
                }
            }
            finally
            {
                segment.Release();
            }
        }
        return null;
    }

    /// <summary>The first of the records with the largest timestamp of all; null in an empty log.</summary>
    public static TimedRecord? Newest(OpenLog log, Offset limit, LogConfig config)
    {
        long newestMs = -1;
        foreach (Segment segment in log.Segments)
        {
            if (segment.NextOffset > log.StartOffset && segment.TryAcquire())
            {
                LearnTimes(log, segment, config);
                newestMs = Math.Max(newestMs, segment.BaseOffset >= log.StartOffset ? segment.MaxTimestampMs : NewestFrom(segment, log.StartOffset));
                segment.Release();
            }
        }
        return newestMs < 0 ? null : FirstAtOrAfter(log, newestMs, limit, config);
    }

    // What lies below the log's start counts no more, so this segment's own largest timestamp may be of a record that is gone.
    private static long NewestFrom(Segment segment, Offset start)
    {
        long newestMs = -1;
        IndexEntry place = segment.Index.FloorOffset(start) ?? new IndexEntry(segment.BaseOffset, 0, -1);
        using BatchScanner scanner = segment.Scan(place.Position, place.BaseOffset);
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
        {
            if (result == ScanResult.Batch && scanner.Header.NextOffset > start)
            {
                newestMs = Math.Max(newestMs, scanner.Header.BaseOffset >= start ? scanner.Header.MaxTimestampMs : NewestInBatch(scanner.Bytes.Span, start));
            }
        }
        return newestMs;
    }

    private static long NewestInBatch(ReadOnlySpan<byte> batch, Offset start)
    {
        long newestMs = -1;
        using var reader = new RecordReader(batch);
        while (reader.MoveNext(out RecordView record))
        {
            newestMs = record.Offset >= start ? Math.Max(newestMs, record.TimestampMs) : newestMs;
        }
        return newestMs;
    }

    private static void LearnTimes(OpenLog log, Segment segment, LogConfig config)
    {
        if (segment != log.Segments[^1])
        {
            segment.EnsureSealed(config.IndexIntervalBytes);
        }
    }

    private static TimedRecord? FirstInSegment(Segment segment, long timestampMs, Offset start, Offset limit)
    {
        IndexEntry place = segment.Index.FloorTimestamp(timestampMs) ?? new IndexEntry(segment.BaseOffset, 0, -1);
        using var scanner = segment.Scan(place.Position, place.BaseOffset);
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage && scanner.Header.BaseOffset < limit)
        {
            if (result == ScanResult.Batch && scanner.Header.MaxTimestampMs >= timestampMs && scanner.Header.NextOffset > start &&
                FirstInBatch(scanner.Bytes.Span, timestampMs, start) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private static TimedRecord? FirstInBatch(ReadOnlySpan<byte> batch, long timestampMs, Offset start)
    {
        using var reader = new RecordReader(batch);
        while (reader.MoveNext(out RecordView record))
        {
            if (record.TimestampMs >= timestampMs && record.Offset >= start)
            {
                return new TimedRecord(record.Offset, record.TimestampMs, reader.Header.LeaderEpoch);
            }
        }
        return null;
    }
}
