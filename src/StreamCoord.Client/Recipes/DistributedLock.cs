namespace StreamCoord.Client.Recipes;

/// <summary>
/// A lock that one holder in the cluster has at a time, first come, first served. The same as kazoo's <c>Lock</c> on the same path, so that a Python and a C# process share it. Safe for concurrent use; whoever acquires it twice waits for
/// itself.
/// </summary>
/// <param name="session">With its end the lock is free.</param>
/// <param name="path">Where the lock is; made when it is missing.</param>
/// <param name="identifier">Shown to people who ask who holds the lock or waits for it.</param>
public sealed class DistributedLock(ZNodeSession session, string path, string identifier = "")
{
    internal const string Kind = "__lock__";

    private static readonly string[] Rivals = [Kind];

    /// <summary>Waits for the lock.</summary>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task<LockHold> AcquireAsync(CancellationToken cancellationToken = default) => LockHold.AcquireAsync(session, new Contender(session, path, Kind, Rivals, identifier), cancellationToken);

    /// <summary>Waits for the lock for so long at most.</summary>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind.</param>
    /// <returns>Null when somebody else had it all the time.</returns>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task<LockHold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(timeout, session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await AcquireAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The identifiers of who holds the lock and of those who wait for it, in their order.</summary>
    public Task<IReadOnlyList<string>> ListContendersAsync(CancellationToken cancellationToken = default) => Contender.ListAsync(session, path, Rivals, cancellationToken);
}
