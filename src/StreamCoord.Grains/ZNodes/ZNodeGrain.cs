using Orleans.Concurrency;
using StreamCoord.Coordination.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Holds one znode on this silo: the shell around a <see cref="ZNodeProjection"/>, which the feed keeps up to date and in which connections arm their watches. It brings
/// the data into memory and lets it go when nobody has asked for a while.
/// </summary>
/// <remarks>
/// The projection hangs on the tree before its data is read, and what the feed brings meanwhile is newer than what was read; so a read never returns old data. It stays as long as there are
/// watches in it.
/// </remarks>
[Reentrant, SiloLocalPlacement]
internal sealed class ZNodeGrain(TreeFeed feed, TreeLog log) : Grain, IZNodeGrain
{
    private ZNodeProjection? _projection;
    private Task? _loading;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await feed.Loaded;
        lock (feed.Tree.Gate)
        {
            _projection = feed.Tree.Project(this.GetPrimaryKeyString());
        }
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        lock (feed.Tree.Gate)
        {
            feed.Tree.TryDrop(_projection!);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ZNodeReply> Read(ZNodeCaller caller, ReadOperation operation, Zxid minZxid) =>
        feed.Tree.Applied >= minZxid && TryRead(caller, operation) is { } reply ? Task.FromResult(reply) : ReadLaterAsync(caller, operation, minZxid);

    /// <inheritdoc/>
    public Task Activate() => LoadAsync();

    /// <inheritdoc/>
    public Task Pin()
    {
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        return LoadAsync();
    }

    /// <inheritdoc/>
    public Task Unpin()
    {
        DelayDeactivation(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    private ZNodeReply? TryRead(ZNodeCaller caller, ReadOperation operation)
    {
        lock (feed.Tree.Gate)
        {
            return ReadRules.TryRead(feed.Tree, caller, operation, out _);
        }
    }

    private async Task<ZNodeReply> ReadLaterAsync(ZNodeCaller caller, ReadOperation operation, Zxid minZxid)
    {
        await feed.WaitAppliedAsync(minZxid);
        while (true)
        {
            if (TryRead(caller, operation) is { } reply)
            {
                return reply;
            }
            await LoadAsync();
        }
    }

    // Who comes while the data is being read waits for that.
    private async Task LoadAsync()
    {
        Task loading = _loading ??= ReadDataAsync();
        try
        {
            await loading;
        }
        finally
        {
            if (ReferenceEquals(_loading, loading))
            {
                _loading = null;
            }
        }
    }

    private async Task ReadDataAsync()
    {
        while (true)
        {
            Offset offset;
            lock (feed.Tree.Gate)
            {
                offset = feed.Tree.FindMissingData(_projection!);
            }
            if (offset == Offset.None)
            {
                return;
            }
            // Null when compaction has just dropped it: then there is a newer one, and the tree knows where.
            if (await log.FindValueAsync(offset) is not { } value)
            {
                continue;
            }
            lock (feed.Tree.Gate)
            {
                if (feed.Tree.TryProvide(_projection!, offset, value))
                {
                    return;
                }
            }
        }
    }
}
