namespace StreamCoord.Log.Maintenance;

/// <summary>
/// Slows background work down to so many bytes a second: whoever has used more than a second's worth waits until it is paid off.
/// Blocks, so it is used on the maintenance thread only.
/// </summary>
internal sealed class IoBudget(TimeProvider time, long bytesPerSecond)
{
    private long _startedTimestamp = time.GetTimestamp();
    private long _usedBytes;

    public void Use(long sizeBytes)
    {
        if (bytesPerSecond == 0)
        {
            return;
        }
        _usedBytes += sizeBytes;
        TimeSpan ahead = TimeSpan.FromSeconds((double)_usedBytes / bytesPerSecond) - time.GetElapsedTime(_startedTimestamp);
        if (ahead > TimeSpan.FromMilliseconds(100))
        {
            using var paidOff = new ManualResetEventSlim();
            using ITimer timer = time.CreateTimer(_ => paidOff.Set(), null, ahead, Timeout.InfiniteTimeSpan);
            paidOff.Wait();
        }
        else if (ahead < TimeSpan.FromSeconds(-1))
        {
            // Time that was not used is not saved up.
            _startedTimestamp = time.GetTimestamp();
            _usedBytes = 0;
        }
    }
}
