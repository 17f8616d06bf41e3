namespace StreamCoord.Grains.Brokers;

/// <summary>Whether the znodes that topics need are there. One per silo; safe for concurrent use.</summary>
internal sealed class MetadataStart
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when they are; fails when they cannot be made.</summary>
    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception reason)
    {
        _done.TrySetException(reason);
        // Perhaps nobody asks.
        _ = _done.Task.Exception;
    }
}
