using Microsoft.Extensions.Logging;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Log.Appending;

/// <summary>
/// Writes a group of appends into a leader's log, flushes where somebody waits for that, and answers everybody, or has them wait until they are committed.
/// </summary>
/// <remarks>Called on an append thread with one group at a time; holds the log's lock meanwhile.</remarks>
internal sealed partial class GroupWriter(LogContext context, LogHandle handle, LogFlusher flusher, TransactionAdmission transactions)
{
    /// <summary>Writes a group; true when it waited for a flush.</summary>
    public bool Write(IReadOnlyList<PendingAppend> group)
    {
        lock (handle.Writer)
        {
            try
            {
                // Read once: whoever ends the term waits for no lock.
                LeaderEpoch epoch = handle.Epoch;
                if (epoch == LeaderEpoch.Unknown)
                {
                    group.RefuseAll(ErrorCode.NotLeaderOrFollower, "This log waits for a new leader epoch. Send it again.");
                    return false;
                }
                return WriteAndFlush(handle.EnsureOpen(), group.WithoutFenced(epoch), epoch);
            }
            catch (IOException exception)
            {
                handle.Epoch = LeaderEpoch.Unknown;
                group.RefuseAll(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
                return false;
            }
#pragma warning disable CA1031 // Whatever it is, the callers of this group must hear of it, and the partition must stop.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                handle.Epoch = LeaderEpoch.Unknown;
                LogWriterBroken(context.Logger, exception, handle.Directory);
                foreach (PendingAppend append in group)
                {
                    append.Fail(exception);
                }
                return false;
            }
        }
    }

    private bool WriteAndFlush(OpenLog log, IReadOnlyList<PendingAppend> group, LeaderEpoch epoch)
    {
        LogConfig config = handle.Config;
        Offset before = log.EndOffset;
        long sizeBytes = 0;
        handle.GuardDisk(before, () => sizeBytes = log.Append(group, epoch, config, transactions));
        context.Metrics.Appended(sizeBytes, log.EndOffset - before, group.Count);
        handle.Publish(log);
        Answer(group, log, isDurable: !config.WaitsForFlush);

        bool isFlushDue = config.WaitsForFlush ? group.Any(append => !append.IsAnswered) : log.EndOffset - log.FlushedOffset >= config.FlushMessages;
        if (isFlushDue)
        {
            handle.GuardDisk(log.FlushedOffset, log.Flush);
            handle.Publish(log);
        }
        Answer(group, log, isDurable: true);
        if (group.Count > 0)
        {
            context.Metrics.Written(context.Time.GetElapsedTime(group[0].QueuedTimestamp));
        }
        LetWait(group);
        flusher.Arm(log);
        return isFlushDue;
    }

    private void Answer(IReadOnlyList<PendingAppend> group, OpenLog log, bool isDurable)
    {
        foreach (PendingAppend append in group)
        {
            bool isDone = append.Acks != RequiredAcks.All || (isDurable && (handle.Positions.CommitsAlone || append.LastOffset < handle.Positions.HighWatermark));
            if (isDone && !append.IsAnswered)
            {
                append.Acknowledge(log.StartOffset);
            }
        }
    }

    private void LetWait(IReadOnlyList<PendingAppend> group)
    {
        bool isAnyLeft = false;
        foreach (PendingAppend append in group)
        {
            if (!append.IsAnswered)
            {
                handle.Uncommitted.Add(append);
                isAnyLeft = true;
            }
        }
        if (isAnyLeft)
        {
            handle.SettleCommitted();
        }
    }

    [LoggerMessage(LogEvents.WriterBroken, LogLevel.Critical, "{Directory}: the writer failed for a reason of its own. The partition takes no appends until it is led anew.")]
    private static partial void LogWriterBroken(ILogger logger, Exception exception, string directory);
}
