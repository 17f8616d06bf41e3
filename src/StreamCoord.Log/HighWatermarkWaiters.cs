namespace StreamCoord.Log;

/// <summary>
/// Those who wait for the high watermark to move. They share one task; nothing is held while nobody waits. Safe for
/// concurrent use.
/// </summary>
internal sealed class HighWatermarkWaiters
{
    private TaskCompletionSource? _next;

    /// <summary>Ends at the next <see cref="Wake"/>. Ask first, look at the watermark then: so no move is missed.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource? next = Volatile.Read(ref _next);
        if (next is null)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = Interlocked.CompareExchange(ref _next, created, null) ?? created;
        }
        return next.Task.WaitAsync(cancellationToken);
    }

    public void Wake() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
