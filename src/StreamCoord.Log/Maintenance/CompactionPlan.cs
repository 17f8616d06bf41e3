using StreamCoord.Log.Segments;

namespace StreamCoord.Log.Maintenance;

/// <summary>Which segments a pass of compaction reads and rewrites. Pure.</summary>
/// <param name="Candidates">The oldest segments that may be rewritten, in order.</param>
/// <param name="DirtyFrom">Where the part begins that no pass has seen.</param>
internal sealed record CompactionPlan(IReadOnlyList<Segment> Candidates, Offset DirtyFrom)
{
    /// <summary>
    /// The plan for a log, or null when nothing is due: the unseen part of what may be compacted is too small
    /// (<c>min.cleanable.dirty.ratio</c>), and none of it is too old (<c>max.compaction.lag.ms</c>). The active segment, segments that reach above
    /// <paramref name="limit"/> and segments younger than <c>min.compaction.lag.ms</c> are left alone.
    /// </summary>
    public static CompactionPlan? Make(Segment[] segments, Offset cleanedTo, Offset limit, LogConfig config, long nowMs)
    {
        Segment[] candidates = [.. segments.SkipLast(1).TakeWhile(segment =>
            segment.NextOffset <= limit && (config.MinCompactionLagMs == 0 || segment.MaxTimestampMs <= nowMs - config.MinCompactionLagMs))];
        Segment[] dirty = [.. candidates.Where(segment => segment.NextOffset > cleanedTo)];
        if (dirty.Length == 0)
        {
            return null;
        }
        long totalBytes = candidates.Sum(segment => (long)segment.SizeBytes);
        long dirtyBytes = dirty.Sum(segment => (long)segment.SizeBytes);
        bool isOverdue = config.MaxCompactionLagMs < long.MaxValue && dirty[0].FirstTimestampMs < nowMs - config.MaxCompactionLagMs;
        bool isDirtyEnough = dirtyBytes > 0 && dirtyBytes >= config.MinCleanableDirtyRatio * totalBytes;
        return isDirtyEnough || isOverdue ? new CompactionPlan(candidates, Offset.Max(cleanedTo, candidates[0].BaseOffset)) : null;
    }

    /// <summary>Neighbours that fit into one segment together, as long as they begin below <paramref name="end"/>.</summary>
    public IEnumerable<IReadOnlyList<Segment>> Groups(Offset end, LogConfig config)
    {
        var group = new List<Segment>();
        long groupBytes = 0;
        foreach (Segment segment in Candidates.TakeWhile(candidate => candidate.BaseOffset < end))
        {
            if (group.Count > 0 && (groupBytes + segment.SizeBytes > config.SegmentBytes || segment.NextOffset - group[0].BaseOffset > int.MaxValue))
            {
                yield return group;
                group = [];
                groupBytes = 0;
            }
            group.Add(segment);
            groupBytes += segment.SizeBytes;
        }
        if (group.Count > 0)
        {
            yield return group;
        }
    }
}
