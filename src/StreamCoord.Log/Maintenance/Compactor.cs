using Microsoft.Extensions.Logging;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;
using StreamCoord.Records;

namespace StreamCoord.Log.Maintenance;

/// <summary>
/// Compaction by key, as Kafka does it: the newest record of each key stays, at its offset; a tombstone stays for
/// <c>delete.retention.ms</c> after the first pass that met it. Appends and reads go on meanwhile; each rewritten group of segments
/// takes the old ones' place in one step.
/// </summary>
/// <remarks>
/// Used for one pass, on the maintenance thread. A segment with a damaged range is never rewritten. A pass is abandoned, without
/// harm, when the log is closed or cut back under it.
/// </remarks>
internal sealed partial class Compactor(LogContext context, PartitionLog owner, OpenLog log, LogConfig config)
{
    private const int WriteBytes = 1024 * 1024;

    private readonly IoBudget _budget = new(context.Time, context.Options.MaintenanceBytesPerSecond);
    private readonly KeyOffsetMap _newest = new(context.Options.CompactionKeysMax);
    private readonly long _nowMs = context.NowMs;
    private readonly TransactionCleaner _transactions = new(AbortedSearch.RangesFrom(log, Offset.Zero));
    private readonly HashSet<Offset> _keptMarkers = [];
    private bool _hasSeenAll = true;
    private bool _isGroupChanged;

    /// <summary>Carries out a plan.</summary>
    public void Run(CompactionPlan plan)
    {
        long bytesBefore = log.SizeBytes;
        Offset mappedTo = MapKeys(plan);
        HashSet<Offset> indispensable = FindIndispensable(plan);
        foreach (IReadOnlyList<Segment> group in plan.Groups(mappedTo, config))
        {
            if (!RewriteGroup(group, mappedTo, indispensable))
            {
                return;
            }
        }
        bool current = WhileCurrent(() => log.SetCleanedTo(mappedTo));
        if (current)
        {
            LogCompacted(context.Logger, log.Directory, plan.DirtyFrom, mappedTo, bytesBefore, log.SizeBytes);
        }
    }

    private Offset MapKeys(CompactionPlan plan)
    {
        Offset mappedTo = plan.DirtyFrom;
        foreach (Segment segment in plan.Candidates.Where(segment => segment.NextOffset > plan.DirtyFrom))
        {
            using var scanner = segment.Scan(0, segment.BaseOffset);
            ScanResult result;
            while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
            {
                if (result == ScanResult.Batch && scanner.Header.NextOffset > plan.DirtyFrom && !scanner.Header.IsControl && !_transactions.IsAborted(scanner.Header))
                {
                    if (_newest.IsFull)
                    {
                        return mappedTo;
                    }
                    MapBatch(scanner.Bytes.Span);
                }
                mappedTo = Offset.Max(mappedTo, scanner.NextOffset);
                _budget.Use(scanner.NextPosition - scanner.Position);
            }
            mappedTo = Offset.Max(mappedTo, segment.NextOffset);
        }
        return mappedTo;
    }

    private void MapBatch(ReadOnlySpan<byte> batch)
    {
        using var reader = new RecordReader(batch);
        while (reader.MoveNext(out RecordView record))
        {
            if (!record.Key.IsNull)
            {
                _newest.Put(record.Key.Span, record.Offset);
            }
        }
    }

    // The last offsets of batches of which at least the header stays: each producer's newest, by which it is recognised, and the last of all, so that no offsets are missing before a log's end, nor before a place to
    // which a replica's log is ever cut: a log that ends earlier would give them away again.
    private HashSet<Offset> FindIndispensable(CompactionPlan plan)
    {
        HashSet<Offset> last = [plan.Candidates[^1].NextOffset + -1];
        _ = WhileCurrent(() =>
        {
            foreach (ProducerEntry entry in log.Producers.Producers.Values.Where(entry => entry.Batches.Count > 0))
            {
                last.Add(entry.Batches[^1].LastOffset);
            }
        });
        return last;
    }

    private bool RewriteGroup(IReadOnlyList<Segment> group, Offset mappedTo, HashSet<Offset> indispensable)
    {
        string path = group[0].LogPath + SegmentFileName.CleanedSuffix;
        _isGroupChanged = false;
        int? sizeBytes = WriteCleaned(group, path, mappedTo, indispensable);
        if (sizeBytes is not { } size || (group.Count == 1 && !_isGroupChanged))
        {
            _hasSeenAll &= sizeBytes is not null;
            context.Disk.Delete(path);
            return true;
        }
        WriteCleanedAborts(group);
        var merged = Segment.Finished(context.Disk, log.Directory, group[0].BaseOffset, size, group[^1].NextOffset);
        bool exchanged = WhileCurrent(() =>
        {
            // First: a reader, or an opening after a crash, takes what is missing in a segment without gaps for damage.
            log.AllowGapsBelow(group[^1].NextOffset);
            new CompactionCommit([.. group.Select(segment => segment.BaseOffset)]).Write(context.Disk, log.Directory);
            CompactionCommit.Finish(context.Disk, log.Directory);
            log.Replace(group, merged);
        });
        if (!exchanged)
        {
            context.Disk.Delete(path);
            context.Disk.Delete(group[0].AbortedPath + SegmentFileName.CleanedSuffix);
        }
        return exchanged;
    }

    // A reader drops a producer's records from where an aborted transaction begins up to its marker: without the marker there must be no entry.
    private void WriteCleanedAborts(IReadOnlyList<Segment> group)
    {
        AbortedRange[] before = [.. group.SelectMany(segment => segment.Aborted.TryRead() ?? AbortedSearch.Rebuild(log, segment))];
        if (before.Length > 0 || group.Any(segment => context.Disk.Exists(segment.AbortedPath)))
        {
            AbortedIndex.Write(context.Disk, group[0].AbortedPath + SegmentFileName.CleanedSuffix, [.. before.Where(range => _keptMarkers.Contains(range.MarkerOffset))]);
        }
    }

    // Null when a segment of the group is damaged.
    private int? WriteCleaned(IReadOnlyList<Segment> group, string path, Offset mappedTo, HashSet<Offset> indispensable)
    {
        using ILogFile file = context.Disk.Open(path);
        file.SetLength(0);
        using var output = new PooledBuffer();
        long written = 0;
        foreach (Segment segment in group)
        {
            using var scanner = segment.Scan(0, segment.BaseOffset, epochs: log.Epochs);
            ScanResult result;
            while ((result = scanner.Next()) == ScanResult.Batch)
            {
                CleanBatch(scanner.Header, scanner.Bytes.Span, mappedTo, indispensable, output);
                if (output.WrittenBytes >= WriteBytes)
                {
                    WriteOut(file, output, ref written);
                }
                context.Metrics.Compacted(scanner.Header.SizeBytes);
            }
            if (result != ScanResult.End)
            {
                LogSkipsDamaged(context.Logger, log.Directory, segment.FileName, scanner.Position, scanner.Problem);
                return null;
            }
        }
        WriteOut(file, output, ref written);
        file.Flush();
        return checked((int)written);
    }

    private void WriteOut(ILogFile file, PooledBuffer output, ref long written)
    {
        file.Write(output.WrittenSpan, written);
        written += output.WrittenBytes;
        _budget.Use(2L * output.WrittenBytes);
        output.Truncate(0);
    }

    private void CleanBatch(in BatchHeader header, ReadOnlySpan<byte> batch, Offset mappedTo, HashSet<Offset> indispensable, PooledBuffer output)
    {
        if (header.NextOffset > mappedTo)
        {
            KeepWhole(header, batch, output);
            return;
        }
        bool horizonPassed = header.HasDeleteHorizon && header.BaseTimestampMs <= _nowMs;
        if (header.IsControl)
        {
            bool isDue = _transactions.IsWithoutRecords(header) && _hasSeenAll;
            if (!isDue)
            {
                KeepWhole(header, batch, output);
                return;
            }
            Filter(header, batch, (in RecordView _) => !horizonPassed, indispensable, output);
            if (!horizonPassed)
            {
                _keptMarkers.Add(header.BaseOffset);
            }
            return;
        }
        _transactions.Met(header);
        bool isAborted = _transactions.IsAborted(header);
        Filter(
            header,
            batch,
            (in RecordView record) => !isAborted && !record.Key.IsNull && _newest.IsNewest(record.Key.Span, record.Offset) && !(record.Value.IsNull && horizonPassed),
            indispensable,
            output);
    }

    private void KeepWhole(in BatchHeader header, ReadOnlySpan<byte> batch, PooledBuffer output)
    {
        if (header.IsControl)
        {
            _keptMarkers.Add(header.BaseOffset);
        }
        output.Write(batch[..header.SizeBytes]);
    }

    private void Filter(in BatchHeader header, ReadOnlySpan<byte> batch, RecordPredicate keeps, HashSet<Offset> indispensable, PooledBuffer output)
    {
        int before = output.WrittenBytes;
        long horizonMs = config.DeleteRetentionMs > long.MaxValue - _nowMs ? long.MaxValue : _nowMs + config.DeleteRetentionMs;
        FilterResult result = BatchRewriter.Filter(batch, keeps, horizonMs, output);
        if (result.Problem != BatchProblem.None)
        {
            // Sound by its CRC and yet not readable as records: somebody else's to judge, so it stays.
            output.Truncate(before);
            KeepWhole(header, batch, output);
        }
        else if (result.KeptCount == 0 && !indispensable.Contains(header.LastOffset))
        {
            output.Truncate(before);
        }
        _isGroupChanged |= !output.WrittenSpan[before..].SequenceEqual(batch[..header.SizeBytes]);
    }

    // Does something under the log's lock; false, and nothing done, when the log was closed or cut back since the pass began.
    private bool WhileCurrent(Action action)
    {
        bool current = false;
        owner.UnderLock(open =>
        {
            current = open == log;
            if (current)
            {
                action();
            }
        });
        return current;
    }

    [LoggerMessage(LogEvents.Compacted, LogLevel.Information, "{Directory}: compacted offsets {From} up to {To}; the log had {BytesBefore} bytes and has {BytesAfter}.")]
    private static partial void LogCompacted(ILogger logger, string directory, Offset from, Offset to, long bytesBefore, long bytesAfter);

    [LoggerMessage(LogEvents.Damage, LogLevel.Error, "{Directory}: {File} is damaged at byte {Position} and is not compacted: {Reason}")]
    private static partial void LogSkipsDamaged(ILogger logger, string directory, string file, long position, string reason);
}
