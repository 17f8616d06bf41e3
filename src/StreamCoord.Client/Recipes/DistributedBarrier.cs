namespace StreamCoord.Client.Recipes;

/// <summary>Holds everybody up while it is closed. The same as kazoo's <c>Barrier</c> on the same path. Safe for concurrent use.</summary>
/// <param name="session">The way to it. The barrier stays closed when the session ends.</param>
/// <param name="path">Its znode, which is there while the barrier is closed.</param>
public sealed class DistributedBarrier(ZNodeSession session, string path)
{
    /// <summary>Closes it, if it is open.</summary>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) => session.EnsurePathAsync(path, cancellationToken);

    /// <summary>Opens it, if it is closed: whoever waits goes on.</summary>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task OpenAsync(CancellationToken cancellationToken = default) => session.EnsureDeletedAsync(path, cancellationToken);

    /// <summary>Waits until it is open.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException">The session is over.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (await session.ExistsAsync(path, _ => changed.TrySetResult(), cancellationToken).ConfigureAwait(false) is null)
            {
                return;
            }
            using CancellationTokenRegistration lost = session.Lost.Register(() => changed.TrySetResult());
            await changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
