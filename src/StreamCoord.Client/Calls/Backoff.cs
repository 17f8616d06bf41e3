namespace StreamCoord.Client.Calls;

/// <summary>How long to wait before another attempt: twice as long each time, up to a limit. To be kept in a local; not safe for concurrent use.</summary>
internal sealed class Backoff(int firstMs, int maxMs)
{
    private int _nextMs = firstMs;

    /// <summary>Waits.</summary>
    public Task WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        int nowMs = _nextMs;
        _nextMs = (int)Math.Min(2L * nowMs, maxMs);
        return Task.Delay(TimeSpan.FromMilliseconds(nowMs), time, cancellationToken);
    }
}
