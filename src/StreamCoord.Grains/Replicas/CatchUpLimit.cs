namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Keeps what a silo sends to copies that are not in sync, because they come back, come new or are moved, below a rate: all of them together. One per silo; safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="bytesPerSecond">The rate; 0 for no limit.</param>
internal sealed class CatchUpLimit(TimeProvider time, long bytesPerSecond)
{
    /// <summary>How often somebody who waits looks whether he still has to.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly long _origin = time.GetTimestamp();
    private TimeSpan _paidUntil;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Waits as long as bytes that were sent take at the rate, behind those that were sent before; no longer than <paramref name="isOwed"/> holds.</summary>
    public async Task PayAsync(int sizeBytes, Func<bool> isOwed)
    {
        if (bytesPerSecond == 0 || sizeBytes == 0)
        {
            return;
        }
        TimeSpan until;
        lock (_lock)
        {
            // What was not used is not saved up.
            _paidUntil = (_paidUntil > Now ? _paidUntil : Now) + TimeSpan.FromSeconds((double)sizeBytes / bytesPerSecond);
            until = _paidUntil;
        }
        // A delay of less than a millisecond is none.
        while (until - Now is { TotalMilliseconds: >= 1 } left && isOwed())
        {
            await Task.Delay(left < LookInterval ? left : LookInterval, time);
        }
    }
}
