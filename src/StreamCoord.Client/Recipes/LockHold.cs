using StreamCoord.ZNodes;

namespace StreamCoord.Client.Recipes;

/// <summary>A lock that is held until this is disposed, or lost. Safe for concurrent use.</summary>
public sealed class LockHold : IAsyncDisposable
{
    private readonly ZNodeSession _session;
    private readonly Contender _contender;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenRegistration _sessionLost;

    private LockHold(ZNodeSession session, Contender contender)
    {
        (_session, _contender) = (session, contender);
        _sessionLost = session.Lost.Register(Lose);
    }

    /// <summary>The holder's znode.</summary>
    public string Path { get; private set; } = "";

    /// <summary>
    /// The transaction that put this holder into the line: greater than that of every holder before. A store that refuses whoever comes with a smaller one than it has seen is safe from a holder that has stood still and does not know that
    /// it is one no longer.
    /// </summary>
    public Zxid FencingToken { get; private set; }

    /// <summary>Cancelled as soon as the lock is lost, or may be: the session is over, or somebody has deleted the znode.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sessionLost.DisposeAsync().ConfigureAwait(false);
        await _contender.LeaveAsync().ConfigureAwait(false);
    }

    internal static async Task<LockHold> AcquireAsync(ZNodeSession session, Contender contender, CancellationToken cancellationToken)
    {
        var hold = new LockHold(session, contender);
        try
        {
            (hold.Path, hold.FencingToken) = await contender.AwaitTurnAsync(hold.Changed, cancellationToken).ConfigureAwait(false);
            return hold;
        }
        catch
        {
            await hold._sessionLost.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task WatchAsync(string path)
    {
        try
        {
            if (await _session.ExistsAsync(path, Changed).ConfigureAwait(false) is null)
            {
                Lose();
            }
        }
        catch (ZNodeException)
        {
            Lose();
        }
    }

    private void Changed(WatchEvent watchEvent)
    {
        if (watchEvent.Type == WatchEventType.Deleted)
        {
            Lose();
        }
        else
        {
            _ = WatchAsync(watchEvent.Path);
        }
    }

    private void Lose() => _ = _lost.CancelAsync();
}
