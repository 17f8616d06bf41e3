namespace StreamCoord.Log.Maintenance;

/// <summary>What retention looks at in a segment.</summary>
/// <param name="NextOffset">The offset after it.</param>
/// <param name="SizeBytes">What it takes on the disk.</param>
/// <param name="MaxTimestampMs">Its largest timestamp, milliseconds since 1970, or -1.</param>
internal readonly record struct SegmentFacts(Offset NextOffset, long SizeBytes, long MaxTimestampMs);

/// <summary>The rules of retention, as Kafka has them. Pure.</summary>
internal static class Retention
{
    /// <summary>
    /// How many of the oldest segments are to be deleted: those below the log start, those whose newest record is too old, and as many as
    /// leave at least <c>retention.bytes</c>. Only segments wholly below the high watermark count. It may be all of them: then the
    /// caller begins a new one first.
    /// </summary>
    public static int CountExpired(IReadOnlyList<SegmentFacts> segments, Offset startOffset, Offset highWatermark, LogConfig config, long nowMs)
    {
        long excessBytes = config.Deletes && config.RetentionBytes >= 0 ? segments.Sum(segment => segment.SizeBytes) - config.RetentionBytes : -1;
        int count = 0;
        while (count < segments.Count && segments[count].NextOffset <= highWatermark)
        {
            bool isEmptyActive = count == segments.Count - 1 && segments[count].SizeBytes == 0;
            if (isEmptyActive)
            {
                break;
            }
            SegmentFacts segment = segments[count];
            bool belowStart = segment.NextOffset <= startOffset;
            bool tooOld = config.Deletes && config.RetentionMs >= 0 && nowMs - segment.MaxTimestampMs > config.RetentionMs;
            bool tooMuch = excessBytes >= segment.SizeBytes;
            if (!belowStart && !tooOld && !tooMuch)
            {
                break;
            }
            excessBytes -= segment.SizeBytes;
            count++;
        }
        return count;
    }
}
