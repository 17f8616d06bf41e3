using StreamCoord.Log;

namespace StreamCoord.Grains.Replicas;

/// <summary>Notices that nothing is committed although something waits for it, so that those who wait hear so while they still listen. Not safe for concurrent use.</summary>
internal struct CommitWatch
{
    /// <summary>Less than clients wait for an answer. Milliseconds.</summary>
    private const int PatienceMs = 10_000;

    private Offset _highWatermark;
    private long _sinceMs;

    /// <summary>True, once each time, when the high watermark has stood still below the log's end for too long.</summary>
    public bool IsOverdue(Offset highWatermark, PartitionLog log, long nowMs)
    {
        bool isOverdue = highWatermark == _highWatermark && log.HighWatermark < log.EndOffset && nowMs - _sinceMs > PatienceMs;
        if (isOverdue || highWatermark != _highWatermark || log.HighWatermark >= log.EndOffset)
        {
            (_highWatermark, _sinceMs) = (highWatermark, nowMs);
        }
        return isOverdue;
    }
}
