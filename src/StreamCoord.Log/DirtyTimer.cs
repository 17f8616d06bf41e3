namespace StreamCoord.Log;

/// <summary>
/// Calls back once, some time after the first <see cref="Arm"/>: what was written and nobody waits for is flushed then. Holds
/// no timer until it is armed for the first time. <see cref="Arm"/> and <see cref="Disarm"/> are called with the log's lock held.
/// </summary>
internal sealed class DirtyTimer(TimeProvider time, Action callback)
{
    // The longest due time a timer takes.
    private const long DueMsMax = uint.MaxValue - 2L;

    private ITimer? _timer;
    private int _armed;

    public void Arm(long dueMs)
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0)
        {
            TimeSpan due = TimeSpan.FromMilliseconds(Math.Min(dueMs, DueMsMax));
            _timer ??= time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    public void Disarm()
    {
        _timer?.Dispose();
        _timer = null;
        Volatile.Write(ref _armed, 0);
    }

    private void Fire()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1)
        {
            callback();
        }
    }
}
