namespace StreamCoord.Log.Following;

/// <summary>Does to a follower's log what its leader has pushed.</summary>
/// <remarks>Called on a thread that may block. Takes the log's lock for the whole of a change.</remarks>
internal sealed class LogFollower(LogHandle handle, LogFlusher flusher)
{
    /// <summary>See <see cref="PartitionLog.FollowAsync"/>.</summary>
    public void Follow(FollowedChange change)
    {
        FollowedBatches batches = FollowedBatches.Read(change.Batches);
        lock (handle.Writer)
        {
            OpenLog log = handle.EnsureOpen();
            Check(log, change, batches);
            handle.EndTerm(ErrorCode.NotLeaderOrFollower, "This replica follows another leader. Send it again.");
            log = CutEnd(CutBeginning(log, change.BeginAt), change.CutTo);
            Append(log, batches);
            Flush(log, change.MustFlush);
        }
    }

    private static void Check(OpenLog log, FollowedChange change, FollowedBatches batches)
    {
        Offset start = Offset.Max(log.StartOffset, change.BeginAt);
        Offset end = Offset.Max(log.EndOffset, start);
        end = change.CutTo == Offset.None ? end : Offset.Min(end, Offset.Max(change.CutTo, start));
        LeaderEpoch epochBefore = end == start ? LeaderEpoch.Unknown : log.Epochs.EpochOf(end + -1);
        bool isEmptied = start > log.EndOffset || (change.CutTo != Offset.None && change.CutTo < start);
        batches.CheckFollow(start, end, epochBefore, hasSegment: log.Segments.Length > 0 && !isEmptied);
    }

    private OpenLog CutBeginning(OpenLog log, Offset start)
    {
        if (start <= log.StartOffset)
        {
            return log;
        }
        if (start > log.EndOffset)
        {
            return handle.BeginAnewAt(start);
        }
        handle.RaiseStart(log, start);
        return log;
    }

    private OpenLog CutEnd(OpenLog log, Offset end)
    {
        if (end == Offset.None || end >= log.EndOffset)
        {
            return log;
        }
        handle.CutBack(end, ErrorCode.NotLeaderOrFollower, "The log was cut to what its leader has.");
        return handle.EnsureOpen();
    }

    private void Append(OpenLog log, FollowedBatches batches)
    {
        if (batches.Headers.Count == 0)
        {
            return;
        }
        if (batches.FindLastGapEnd(log.EndOffset) is { } gapEnd)
        {
            log.AllowGapsBelow(gapEnd);
        }
        handle.GuardDisk(log.EndOffset, () => log.AppendFollowed(batches, handle.Config));
        handle.Learn(batches.Headers[^1].LeaderEpoch);
        handle.Publish(log);
    }

    private void Flush(OpenLog log, bool isAwaited)
    {
        if (isAwaited)
        {
            handle.GuardDisk(log.FlushedOffset, log.Flush);
            handle.Publish(log);
        }
        flusher.Arm(log);
    }
}
