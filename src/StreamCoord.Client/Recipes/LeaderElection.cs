namespace StreamCoord.Client.Recipes;

/// <summary>Has one of many lead, and the next one when it ends. The same as kazoo's <c>Election</c> on the same path. Safe for concurrent use.</summary>
/// <param name="session">With its end the leadership is over.</param>
/// <param name="path">Where the election is; made when it is missing.</param>
/// <param name="identifier">Shown to people who ask who leads and who is next.</param>
public sealed class LeaderElection(ZNodeSession session, string path, string identifier = "")
{
    private readonly DistributedLock _lock = new(session, path, identifier);

    /// <summary>Waits to be elected, and leads until the hold is disposed or lost.</summary>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task<LockHold> LeadAsync(CancellationToken cancellationToken = default) => _lock.AcquireAsync(cancellationToken);

    /// <summary>Leads whenever it is elected, until the work ends by itself. Hands over before this returns.</summary>
    /// <param name="work">What the leader does. Its token is cancelled when the leadership is lost, or with <paramref name="cancellationToken"/>; nobody else leads before the cluster has heard so.</param>
    /// <param name="cancellationToken">Gives up, also the leadership.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await using LockHold hold = await LeadAsync(cancellationToken).ConfigureAwait(false);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(hold.Lost, cancellationToken);
            try
            {
                await work(end.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (hold.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // It stands for election again, or hears that its session is over.
            }
        }
    }

    /// <summary>The identifiers of the leader and of those who stand for election, in their order.</summary>
    public Task<IReadOnlyList<string>> ListCandidatesAsync(CancellationToken cancellationToken = default) => _lock.ListContendersAsync(cancellationToken);
}
