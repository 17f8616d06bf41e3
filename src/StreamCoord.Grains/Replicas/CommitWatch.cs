namespace StreamCoord.Grains.Replicas;

/// <summary>Notices that nothing is committed although something waits for it, so that those who wait hear so while they still listen. Pure; not safe for concurrent use.</summary>
internal struct CommitWatch
{
    /// <summary>Less than clients wait for an answer. Milliseconds.</summary>
    public const int PatienceMs = 10_000;

    private (Offset HighWatermark, long SinceMs)? _still;

    /// <summary>True, once each time, when the high watermark has stood still for longer than <see cref="PatienceMs"/> while something waited.</summary>
    public bool IsOverdue(Offset highWatermark, bool isAnyWaiting, long nowMs)
    {
        if (isAnyWaiting && _still is { } still && still.HighWatermark == highWatermark)
        {
            bool isOverdue = nowMs - still.SinceMs > PatienceMs;
            _still = isOverdue ? null : still;
            return isOverdue;
        }
        _still = isAnyWaiting ? (highWatermark, nowMs) : null;
        return false;
    }
}
