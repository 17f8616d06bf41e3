using Microsoft.Extensions.Logging;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Log;

/// <summary>
/// Makes an <see cref="OpenLog"/> of a partition's files, whatever a crash left of them: the sound prefix stays, a torn tail goes.
/// Of a log that was closed in peace nothing is scanned; otherwise the active segment from its newest producer snapshot on.
/// </summary>
/// <remarks>
/// Damaged bytes in front of sound batches are not a torn tail: they stay where they are, and reads of that range say so, because
/// what lies behind them may have been acknowledged.
/// </remarks>
internal static partial class LogRecovery
{
    private static readonly Offset NoLimit = new(long.MaxValue);

    /// <summary>Opens the log in a directory; an absent or empty directory is an empty log.</summary>
    /// <param name="context">What is around it.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="config">The topic's configuration.</param>
    /// <param name="isFirst">Whether this process has not opened it before: somebody may have been at its files.</param>
    public static OpenLog Open(LogContext context, string directory, LogConfig config, bool isFirst = false)
    {
        RemoveLeftovers(context, directory);
        List<Segment> segments = FindSegments(context, directory);
        try
        {
            OpenLog log = Load(context, directory, config, segments);
            if (isFirst)
            {
                NoteHoles(context, log);
            }
            return log;
        }
        catch
        {
            segments.ForEach(segment => segment.Retire());
            throw;
        }
    }

    /// <summary>
    /// Cuts the log to <paramref name="target"/>, to the start of the batch that holds it, and opens what is left. Durable when this
    /// returns. The caller has let go of the log's files.
    /// </summary>
    public static OpenLog OpenTruncated(LogContext context, string directory, LogConfig config, Offset target)
    {
        DeleteSnapshots(context, directory, above: target);
        List<Segment> segments = FindSegments(context, directory);
        if (segments.Count == 0)
        {
            return Open(context, directory, config);
        }
        // From the end on, and the names before the bytes: a crash in between leaves more than was asked for, never a hole.
        // One that begins at the target stays, empty: the end of the one before may have been compacted away, and with it the offset.
        foreach (Segment segment in segments.Where(segment => segment.BaseOffset > target).Reverse())
        {
            DeleteFiles(context, segment);
        }
        context.Disk.FlushDirectory(directory);
        foreach (Segment segment in segments.Where(segment => segment.BaseOffset <= target).Reverse())
        {
            if (segment.NextOffset > target || segment == segments[^1])
            {
                CutSegment(segment, target);
            }
            segment.Retire();
        }
        return Open(context, directory, config);
    }

    private static OpenLog Load(LogContext context, string directory, LogConfig config, List<Segment> segments)
    {
        var log = new OpenLog(context, directory);
        LogState? state = LogState.TryRead(context.Disk, directory);
        Offset first = segments.Count == 0 ? Offset.Zero : segments[0].BaseOffset;
        Offset start = Offset.Max(first, state?.StartOffset ?? Offset.Zero);
        Offset end = segments.Count == 0 ? start : RecoverTail(context, log, segments, state, config);
        if (end < start)
        {
            // Everything that is left lies below the start and may not be read: the log begins anew there.
            segments.ForEach(segment => DeleteFiles(context, segment));
            segments.Clear();
            DeleteSnapshots(context, directory, above: Offset.None);
        }
        if (segments.Count == 0)
        {
            log.Epochs.Restore(state?.Epochs ?? []);
            log.Epochs.TruncateTo(start);
            log.Producers.Clear();
            log.SnapshotOffset = start;
            end = start;
        }
        log.Load(segments, start, end, state);
        log.Epochs.ForgetBelow(start);
        return log;
    }

    // A segment ends where the next one begins, by their names: one that is missing between them would look like nothing.
    private static void NoteHoles(LogContext context, OpenLog log)
    {
        foreach (Segment found in log.Segments.SkipLast(1).Where(segment => segment.BaseOffset >= log.GapsBelow))
        {
            // Of its own, so that its files are closed again: there may be thousands.
            var segment = Segment.Finished(context.Disk, log.Directory, found.BaseOffset, found.SizeBytes, found.NextOffset);
            try
            {
                NoteHole(context, log, segment);
            }
            finally
            {
                segment.Retire();
            }
        }
    }

    private static void NoteHole(LogContext context, OpenLog log, Segment segment)
    {
        Offset end = segment.Index.FindSeal(segment.SizeBytes)?.BaseOffset == segment.NextOffset ? segment.NextOffset : FindEnd(segment);
        if (end < segment.NextOffset)
        {
            NoteDamage(context, log, new DamagedRange(end, segment.NextOffset, segment.FileName, segment.SizeBytes, "It ends before the next file begins."));
        }
    }

    private static Offset FindEnd(Segment segment)
    {
        using BatchScanner scanner = segment.Scan(0, segment.BaseOffset);
        while (scanner.Next() is ScanResult.Batch or ScanResult.Damage)
        {
        }
        return scanner.NextOffset;
    }

    private static void DeleteSnapshots(LogContext context, string directory, Offset above)
    {
        foreach ((string name, Offset offset) in NamesWith(context.Disk, directory, SegmentFileName.SnapshotSuffix))
        {
            if (offset > above)
            {
                context.Disk.Delete(Path.Combine(directory, name));
            }
        }
    }

    private static void DeleteFiles(LogContext context, Segment segment)
    {
        segment.Retire();
        context.Disk.Delete(segment.LogPath);
        context.Disk.Delete(segment.IndexPath);
        context.Disk.Delete(segment.AbortedPath);
    }

    private static void CutSegment(Segment segment, Offset target)
    {
        long lengthBytes = segment.Log.LengthBytes;
        IndexEntry start = segment.Index.FloorOffset(target) ?? new IndexEntry(segment.BaseOffset, 0, -1);
        using var scanner = new BatchScanner(segment.Log, segment.Index, start.Position, lengthBytes, start.BaseOffset, new ScanRules(NoLimit, GapsAllowed: true));
        while (scanner.Next() is ScanResult.Batch or ScanResult.Damage)
        {
            if (scanner.NextOffset > target)
            {
                break;
            }
        }
        // At the break and at a torn tail this is where the unwanted part begins; at the end it is the end.
        int position = (int)scanner.Position;
        segment.Index.TruncateTo(position);
        // Also where the file looks as if it was cut already: the disk may have failed at that the time before, and then the old bytes come back.
        segment.Cut(position);
    }

    private static void RemoveLeftovers(LogContext context, string directory)
    {
        CompactionCommit.Finish(context.Disk, directory);
        foreach (DiskEntry entry in context.Disk.List(directory))
        {
            if (CheckedFile.IsTemporary(entry.Name) || entry.Name.EndsWith(SegmentFileName.CleanedSuffix, StringComparison.Ordinal))
            {
                context.Disk.Delete(Path.Combine(directory, entry.Name));
            }
        }
    }

    private static IEnumerable<(string Name, Offset Offset)> NamesWith(ILogDisk disk, string directory, string suffix)
    {
        foreach (DiskEntry entry in disk.List(directory))
        {
            if (SegmentFileName.TryParse(entry.Name, suffix, out Offset offset))
            {
                yield return (entry.Name, offset);
            }
        }
    }

    private static List<Segment> FindSegments(LogContext context, string directory)
    {
        var found = new List<(Offset BaseOffset, long SizeBytes)>();
        foreach (DiskEntry entry in context.Disk.List(directory))
        {
            if (SegmentFileName.TryParse(entry.Name, SegmentFileName.LogSuffix, out Offset offset))
            {
                found.Add((offset, entry.SizeBytes));
            }
        }
        found.Sort((left, right) => left.BaseOffset.CompareTo(right.BaseOffset));
        var segments = new List<Segment>(found.Count);
        for (int i = 0; i < found.Count; i++)
        {
            bool isActive = i == found.Count - 1;
            segments.Add(isActive
                ? new Segment(context.Disk, directory, found[i].BaseOffset)
                : Segment.Finished(context.Disk, directory, found[i].BaseOffset, checked((int)found[i].SizeBytes), found[i + 1].BaseOffset));
        }
        return segments;
    }

    private static Offset RecoverTail(LogContext context, OpenLog log, List<Segment> segments, LogState? state, LogConfig config)
    {
        Segment active = segments[^1];
        // Without its state file the log's epochs are in the batches only, so all of them are read.
        ProducerSnapshot? snapshot = state is null ? null : FindSnapshot(context, log, segments);
        if (snapshot is null)
        {
            log.Producers.Clear();
        }
        Offset from = snapshot?.Offset ?? segments[0].BaseOffset;
        log.SnapshotOffset = from;
        log.Epochs.Restore(state?.Epochs ?? []);
        log.Epochs.TruncateTo(from);

        int firstToScan = segments.FindIndex(segment => segment.BaseOffset == (snapshot?.SegmentBase ?? segments[0].BaseOffset));
        Offset previous = Offset.None;
        for (int i = firstToScan; i < segments.Count - 1; i++)
        {
            int position = i == firstToScan ? snapshot?.Position ?? 0 : 0;
            ScanFinished(context, log, segments[i], position, Offset.Max(from, segments[i].BaseOffset), ref previous);
        }
        bool startsInActive = snapshot?.SegmentBase == active.BaseOffset;
        active.Aborted.Restore(startsInActive ? AbortedBefore(active, from) : []);
        active.Resume(
            startsInActive ? snapshot!.Position : 0,
            startsInActive ? snapshot!.Offset : active.BaseOffset,
            startsInActive ? snapshot!.MaxTimestampMs : -1,
            startsInActive ? snapshot!.FirstTimestampMs : -1);
        ScanActive(context, log, active, config, gapsAllowed: active.BaseOffset < (state?.GapsBelow ?? Offset.Zero), ref previous);
        return active.NextOffset;
    }

    private static ProducerSnapshot? FindSnapshot(LogContext context, OpenLog log, List<Segment> segments)
    {
        foreach ((string name, Offset _) in NamesWith(context.Disk, log.Directory, SegmentFileName.SnapshotSuffix).OrderByDescending(found => found.Offset))
        {
            ProducerSnapshot? snapshot = ProducerSnapshot.TryRead(context.Disk, log.PathOf(name), log.Producers);
            Segment? holder = snapshot is null ? null : segments.Find(segment => segment.BaseOffset == snapshot.SegmentBase);
            if (holder is not null && snapshot!.Position <= holder.Log.LengthBytes && (snapshot.Position == 0 || holder.Aborted.TryRead() is not null))
            {
                return snapshot;
            }
        }
        return null;
    }

    private static IEnumerable<AbortedRange> AbortedBefore(Segment segment, Offset end) =>
        (segment.Aborted.TryRead() ?? []).TakeWhile(range => range.MarkerOffset < end);

    private static void ScanFinished(LogContext context, OpenLog log, Segment segment, int position, Offset expected, ref Offset previous)
    {
        List<AbortedRange> aborted = [.. position > 0 ? AbortedBefore(segment, expected) : []];
        using var scanner = segment.Scan(position, expected);
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
        {
            if (result == ScanResult.Batch)
            {
                NoteEpoch(context, log, segment, scanner, ref previous);
                if (log.Producers.Appended(scanner.Header, scanner.Bytes.Span) is { } range)
                {
                    aborted.Add(range);
                }
            }
            else
            {
                log.NoteDamage(scanner.DamagedFrom);
            }
        }
        segment.Aborted.Restore(aborted);
    }

    private static void ScanActive(LogContext context, OpenLog log, Segment active, LogConfig config, bool gapsAllowed, ref Offset previous)
    {
        long lengthBytes = active.Log.LengthBytes;
        int scannedFrom = active.SizeBytes;
        using var scanner = new BatchScanner(active.Log, active.Index, scannedFrom, lengthBytes, active.NextOffset, new ScanRules(NoLimit, gapsAllowed));
        ScanResult result;
        while ((result = scanner.Next()) is ScanResult.Batch or ScanResult.Damage)
        {
            if (result == ScanResult.Damage)
            {
                NoteDamage(context, log, scanner.Describe(active.FileName));
                active.NoteDamage((int)(scanner.NextPosition - scanner.Position), scanner.NextOffset);
                continue;
            }
            NoteEpoch(context, log, active, scanner, ref previous);
            if (log.Producers.Appended(scanner.Header, scanner.Bytes.Span) is { } aborted)
            {
                active.Aborted.Add([aborted]);
            }
            active.Note(scanner.Header, config.IndexIntervalBytes);
        }
        active.WriteIndexIfThereIsRoom();
        if (result == ScanResult.Torn)
        {
            LogTorn(context.Logger, log.Directory, lengthBytes - scanner.Position, active.FileName, active.NextOffset, scanner.Problem);
            context.Metrics.Recovered();
            active.Cut(active.SizeBytes);
        }
        else if (active.SizeBytes > scannedFrom)
        {
            // What was found may be in the page cache only.
            active.Flush();
        }
    }

    private static void NoteEpoch(LogContext context, OpenLog log, Segment segment, BatchScanner scanner, ref Offset previous)
    {
        if (log.Epochs.Recover(scanner.Header.LeaderEpoch, scanner.Header.BaseOffset, previous) is { } damaged)
        {
            Offset to = damaged == scanner.Header.BaseOffset ? scanner.NextOffset : scanner.Header.BaseOffset;
            NoteDamage(context, log, new DamagedRange(damaged, to, segment.FileName, scanner.Position, "There the leader epoch falls."));
        }
        previous = scanner.Header.BaseOffset;
    }

    private static void NoteDamage(LogContext context, OpenLog log, DamagedRange damage)
    {
        LogDamage(context.Logger, log.Directory, damage.From, damage.To, damage.File, damage.PositionBytes, damage.Reason);
        context.Metrics.Damaged();
        log.NoteDamage(damage.From);
    }

    [LoggerMessage(LogEvents.TornTail, LogLevel.Warning,
        "{Directory}: cut {SizeBytes} bytes off the end of {File}: {Reason} The log ends at offset {EndOffset}. After a crash that is a write that was not finished and not acknowledged; without one, suspect the disk.")]
    private static partial void LogTorn(ILogger logger, string directory, long sizeBytes, string file, Offset endOffset, string reason);

    [LoggerMessage(LogEvents.Damage, LogLevel.Error,
        "{Directory}: offsets {From} up to {To} cannot be read: {File} is damaged at byte {Position}: {Reason} All others can.")]
    private static partial void LogDamage(ILogger logger, string directory, Offset from, Offset to, string file, long position, string reason);
}
