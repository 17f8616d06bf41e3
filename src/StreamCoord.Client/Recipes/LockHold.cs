using StreamCoord.ZNodes;

namespace StreamCoord.Client.Recipes;

/// <summary>A lock that is held until this is disposed, or lost. Safe for concurrent use.</summary>
public sealed class LockHold : IAsyncDisposable
{
    private readonly ZNodeSession _session;
    private readonly Contender _contender;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenRegistration _sessionLost;

    private LockHold(ZNodeSession session, Contender contender, string path, Zxid czxid)
    {
        (_session, _contender, Path, FencingToken) = (session, contender, path, czxid);
        _sessionLost = session.Lost.Register(Lose);
    }

    /// <summary>The holder's znode.</summary>
    public string Path { get; }

    /// <summary>
    /// The transaction that put this holder into the line: greater than that of every holder before. A store that refuses whoever comes with a smaller one than it has seen is safe from a holder that has stood still and does not know that
    /// it is one no longer.
    /// </summary>
    public Zxid FencingToken { get; }

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
        (string path, Zxid czxid) = await contender.AwaitTurnAsync(cancellationToken).ConfigureAwait(false);
        var hold = new LockHold(session, contender, path, czxid);
        await hold.WatchAsync().ConfigureAwait(false);
        return hold;
    }

    private async Task WatchAsync()
    {
        try
        {
            if (await _session.ExistsAsync(Path, Changed).ConfigureAwait(false) is null)
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
            _ = WatchAsync();
        }
    }

    private void Lose() => _ = _lost.CancelAsync();
}
