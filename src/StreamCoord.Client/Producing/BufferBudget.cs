namespace StreamCoord.Client.Producing;

/// <summary>
/// The memory that records may take which are not delivered yet. Whoever wants more than is free waits in the order of coming; nobody who comes later gets ahead. Safe for concurrent use.
/// </summary>
/// <remarks>Always 0 &lt;= free &lt;= size. Taken for parts of batches, not for records, so that the lock is rarely asked for.</remarks>
internal sealed class BufferBudget(long sizeBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(long SizeBytes, TaskCompletionSource Granted)> _waiting = [];
    private readonly long _sizeBytes = sizeBytes;
    private long _freeBytes = sizeBytes;

    /// <summary>What is free now, in bytes.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_gate)
            {
                return _freeBytes;
            }
        }
    }

    /// <summary>Takes memory when it is free and nobody waits.</summary>
    public bool TryTake(long wantedBytes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || wantedBytes > _freeBytes)
            {
                return false;
            }
            _freeBytes -= wantedBytes;
            return true;
        }
    }

    /// <summary>Waits until the memory is there, and takes it.</summary>
    /// <param name="wantedBytes">At most the size of the whole.</param>
    /// <param name="cancellationToken">Gives up, with nothing taken.</param>
    public async Task TakeAsync(long wantedBytes, CancellationToken cancellationToken)
    {
        Invariant.Holds(wantedBytes <= _sizeBytes);
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<(long SizeBytes, TaskCompletionSource Granted)> place;
        lock (_gate)
        {
            place = _waiting.AddLast((wantedBytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
            GrantLocked();
        }
        try
        {
            await place.Value.Granted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            throw;
        }
    }

    /// <summary>Gives memory back.</summary>
    public void Return(long returnedBytes)
    {
        lock (_gate)
        {
            _freeBytes += returnedBytes;
            Invariant.Holds(_freeBytes <= _sizeBytes);
            GrantLocked();
        }
    }

    private void GiveUp(LinkedListNode<(long SizeBytes, TaskCompletionSource Granted)> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
            }
            else
            {
                // It was granted in the same moment.
                _freeBytes += place.Value.SizeBytes;
            }
            GrantLocked();
        }
    }

    private void GrantLocked()
    {
        while (_waiting.First is { } first && first.Value.SizeBytes <= _freeBytes)
        {
            _freeBytes -= first.Value.SizeBytes;
            _waiting.RemoveFirst();
            first.Value.Granted.SetResult();
        }
    }
}
