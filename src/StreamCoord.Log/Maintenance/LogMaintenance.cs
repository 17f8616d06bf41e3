using Microsoft.Extensions.Logging;
using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Maintenance;

/// <summary>One round of what a log needs from time to time: old files, old producers, retention, compaction. Runs on the maintenance thread.</summary>
internal sealed partial class LogMaintenance(LogContext context, PartitionLog owner)
{
    private readonly long _nowMs = context.NowMs;
    private readonly LogConfig _config = owner.Config;

    /// <summary>Does what is due, unless maintenance pauses. A failing disk is reported and left for the next round.</summary>
    public void Run()
    {
        if (context.Pause.IsOn)
        {
            return;
        }
        bool wasOpen = owner.IsOpen;
        try
        {
            OpenLog log = owner.EnsureOpen();
            RemoveDeletedFiles(log);
            owner.UnderLock(open => open.Producers.Expire(_nowMs - context.Options.ProducerIdExpirationMs));
            LearnTimes(log);
            owner.UnderLock(ApplyRetention);
            Compact();
        }
        catch (IOException exception)
        {
            LogFailed(context.Logger, exception, DiskErrors.Describe(exception));
        }
        finally
        {
            if (!wasOpen)
            {
                owner.CloseUnlessBusy();
            }
        }
    }

    private void RemoveDeletedFiles(OpenLog log)
    {
        foreach (DiskEntry entry in context.Disk.List(log.Directory))
        {
            if (SegmentFileName.TryParseDeleted(entry.Name, out long sinceMs) && _nowMs - sinceMs >= _config.FileDeleteDelayMs)
            {
                context.Disk.Delete(log.PathOf(entry.Name));
            }
        }
    }

    private void LearnTimes(OpenLog log)
    {
        foreach (Segment segment in log.Segments.SkipLast(1))
        {
            if (segment.TryAcquire())
            {
                segment.EnsureSealed(_config.IndexIntervalBytes);
                segment.Release();
            }
        }
    }

    private void ApplyRetention(OpenLog log)
    {
        SegmentFacts[] facts = [.. log.Segments.Select(segment => new SegmentFacts(segment.NextOffset, segment.SizeBytes, segment.MaxTimestampMs))];
        int count = Retention.CountExpired(facts, log.StartOffset, owner.HighWatermark, _config, _nowMs);
        if (count == 0)
        {
            return;
        }
        if (count == log.Segments.Length)
        {
            log.Roll();
        }
        long sizeBytes = facts.Take(count).Sum(segment => segment.SizeBytes);
        log.DeleteOldest(count, _nowMs);
        LogRetained(context.Logger, log.Directory, count, sizeBytes, log.StartOffset);
    }

    private void Compact()
    {
        if (!_config.Compacts)
        {
            return;
        }
        owner.UnderLock(RollOverdue);
        OpenLog log = owner.EnsureOpen();
        LearnTimes(log);
        Offset limit = Offset.Min(owner.LastStableOffset, owner.CompactionLimit);
        CompactionPlan? plan = CompactionPlan.Make(log.Segments, log.CleanedTo, limit, _config, _nowMs);
        if (plan is not null)
        {
            new Compactor(context, owner, log, _config).Run(plan);
        }
    }

    private void RollOverdue(OpenLog log)
    {
        if (_config.MaxCompactionLagMs < long.MaxValue && log.Segments is [.., { SizeBytes: > 0 } active] &&
            active.FirstTimestampMs < _nowMs - _config.MaxCompactionLagMs)
        {
            log.Roll();
        }
    }

    [LoggerMessage(LogEvents.MaintenanceFailed, LogLevel.Error, "Maintenance of a log failed and is tried again later: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason);

    [LoggerMessage(LogEvents.Retained, LogLevel.Information, "{Directory}: retention deleted {Count} segments with {SizeBytes} bytes; the log starts at offset {StartOffset}.")]
    private static partial void LogRetained(ILogger logger, string directory, int count, long sizeBytes, Offset startOffset);
}
