namespace StreamCoord.Client.Recipes;

/// <summary>A lock that many readers or one writer have at a time, first come, first served. The same as kazoo's <c>ReadLock</c> and <c>WriteLock</c> on the same path. Safe for concurrent use.</summary>
/// <param name="session">With its end the lock is free.</param>
/// <param name="path">Where the lock is; made when it is missing.</param>
/// <param name="identifier">Shown to people who ask who holds the lock or waits for it.</param>
public sealed class DistributedReadWriteLock(ZNodeSession session, string path, string identifier = "")
{
    private const string ReaderKind = "__rlock__";

    private static readonly string[] Writers = [DistributedLock.Kind];
    private static readonly string[] All = [DistributedLock.Kind, ReaderKind];

    /// <summary>Waits until no writer is before this reader.</summary>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task<LockHold> AcquireReadAsync(CancellationToken cancellationToken = default) => LockHold.AcquireAsync(session, new Contender(session, path, ReaderKind, Writers, identifier), cancellationToken);

    /// <summary>Waits until nobody is before this writer.</summary>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public Task<LockHold> AcquireWriteAsync(CancellationToken cancellationToken = default) => LockHold.AcquireAsync(session, new Contender(session, path, DistributedLock.Kind, All, identifier), cancellationToken);

    /// <summary>The identifiers of who holds the lock and of those who wait for it, in their order.</summary>
    public Task<IReadOnlyList<string>> ListContendersAsync(CancellationToken cancellationToken = default) => Contender.ListAsync(session, path, All, cancellationToken);
}
