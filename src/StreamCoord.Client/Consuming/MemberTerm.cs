namespace StreamCoord.Client.Consuming;

/// <summary>The way of a member from one assignment to the next, which goes on beside its heartbeats. For one caller.</summary>
internal sealed class MemberTerm(CancellationToken stop) : IDisposable
{
    private CancellationTokenSource _moving = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private Task? _move;

    /// <summary>True while it is on its way.</summary>
    public bool IsMoving => _move is not null;

    /// <summary>Sets off.</summary>
    public void Begin(Func<CancellationToken, Task> move)
    {
        CancellationToken given = _moving.Token;
        _move = Task.Run(() => move(given), given);
    }

    /// <summary>Waits for the next heartbeat, or for the end of the way: then true.</summary>
    public async Task<bool> WaitAsync(int intervalMs, TimeProvider time)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task due = Task.Delay(TimeSpan.FromMilliseconds(intervalMs), time, over.Token);
        await Task.WhenAny(due, _move ?? due).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (_move is not { IsCompleted: true } arrived)
        {
            return false;
        }
        _move = null;
        await arrived.ConfigureAwait(false);
        return true;
    }

    /// <summary>Turns back: where to does not count any more.</summary>
    public async Task AbandonAsync()
    {
        await _moving.CancelAsync().ConfigureAwait(false);
        if (_move is { } move)
        {
            await move.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _move = null;
        _moving.Dispose();
        _moving = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _moving.Dispose();
}
