namespace StreamCoord.Grains.ZNodes;

/// <summary>Something that only rises, and those who wait until it has reached a number. Safe for concurrent use.</summary>
internal sealed class Milestones
{
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly Lock _lock = new();
    private long _reached = long.MinValue;
    private Exception? _failure;

    /// <summary>Ends when <paramref name="number"/> is reached.</summary>
    public Task WaitAsync(long number)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                return Task.FromException(_failure);
            }
            if (_reached >= number)
            {
                return Task.CompletedTask;
            }
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter, number);
            return waiter.Task;
        }
    }

    /// <summary>Wakes everybody who waits for <paramref name="number"/> or less.</summary>
    public void Reach(long number)
    {
        lock (_lock)
        {
            _reached = number;
            while (_waiting.TryPeek(out _, out long next) && next <= number)
            {
                _waiting.Dequeue().SetResult();
            }
        }
    }

    /// <summary>Nothing will be reached any more.</summary>
    public void Fail(Exception failure)
    {
        lock (_lock)
        {
            _failure = failure;
            while (_waiting.TryDequeue(out TaskCompletionSource? waiter, out _))
            {
                waiter.SetException(failure);
            }
        }
    }
}
