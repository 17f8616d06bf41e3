using StreamCoord.Log.Segments;
using StreamCoord.Partitions;

namespace StreamCoord.Log;

/// <summary>Reads every byte of a log and reports what cannot be read. Stateless; changes nothing; runs beside the writer.</summary>
internal static class LogVerifier
{
    /// <summary>Checks every segment up to what it held when the check came to it.</summary>
    public static VerifyReply Verify(OpenLog log, LogMetrics metrics)
    {
        long batchCount = 0;
        long sizeBytes = 0;
        var damage = new List<DamagedRange>();
        foreach (Segment segment in log.Segments)
        {
            if (!segment.TryAcquire())
            {
                continue;
            }
            try
            {
                batchCount += VerifySegment(log, segment, damage);
                sizeBytes += segment.SizeBytes;
            }
            finally
            {
                segment.Release();
            }
        }
        damage.ForEach(_ => metrics.Damaged());
        return new VerifyReply(ErrorCode.None, null, batchCount, sizeBytes, damage);
    }

    private static long VerifySegment(OpenLog log, Segment segment, List<DamagedRange> damage)
    {
        long batchCount = 0;
        using var scanner = segment.Scan(0, segment.BaseOffset, segment.BaseOffset < log.GapsBelow, log.Epochs);
        while (true)
        {
            switch (scanner.Next())
            {
                case ScanResult.Batch:
                    batchCount++;
                    break;
                case ScanResult.Damage:
                    damage.Add(scanner.Describe(segment.FileName));
                    break;
                case ScanResult.Torn:
                    damage.Add(new DamagedRange(scanner.DamagedFrom, segment.NextOffset, segment.FileName, scanner.Position, scanner.Problem));
                    return batchCount;
                default:
                    return batchCount;
            }
        }
    }
}
