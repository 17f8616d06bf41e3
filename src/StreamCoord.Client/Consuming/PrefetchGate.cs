namespace StreamCoord.Client.Consuming;

/// <summary>Holds fetches back while too much lies ready that the caller has not taken. Safe for concurrent use.</summary>
internal sealed class PrefetchGate(long sizeBytesMax)
{
    private readonly Lock _gate = new();
    private long _heldBytes;
    private TaskCompletionSource? _room;

    /// <summary>How much lies ready, in bytes.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate)
            {
                return _heldBytes;
            }
        }
    }

    /// <summary>Waits until there is room.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (RoomTask() is { } room)
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Something lies ready.</summary>
    public void Add(int sizeBytes)
    {
        lock (_gate)
        {
            _heldBytes += sizeBytes;
        }
    }

    /// <summary>It was taken.</summary>
    public void Remove(int sizeBytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _heldBytes -= sizeBytes;
            Invariant.Holds(_heldBytes >= 0);
            if (_heldBytes < sizeBytesMax)
            {
                (room, _room) = (_room, null);
            }
        }
        room?.SetResult();
    }

    private Task? RoomTask()
    {
        lock (_gate)
        {
            return _heldBytes < sizeBytesMax ? null : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
