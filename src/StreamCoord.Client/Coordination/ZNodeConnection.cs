using StreamCoord.Client.Calls;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Coordination;

/// <summary>A session's way to one silo: it works until the first call without an answer, and then never again. Safe for concurrent use. Owns the reference that events come to.</summary>
internal sealed class ZNodeConnection : IZNodeObserver, IDisposable
{
    private readonly GrainCalls _calls;
    private readonly WatchTable _watches;
    private readonly CancellationTokenSource _broken = new();
    private readonly IZNodeClientGrain _grain;
    private readonly IZNodeObserver _reference;

    public ZNodeConnection(GrainCalls calls, WatchTable watches)
    {
        (_calls, _watches) = (calls, watches);
        _grain = calls.Grains.GetGrain<IZNodeClientGrain>(Guid.NewGuid());
        _reference = calls.Grains.CreateObjectReference<IZNodeObserver>(this);
    }

    /// <summary>Cancelled when it does not work any more.</summary>
    public CancellationToken Broken => _broken.Token;

    /// <summary>Begins.</summary>
    public Task<ZNodeReply> ConnectAsync() => AttemptAsync(async grain =>
    {
        await grain.Connect(ZNodeCaller.Anonymous, _reference).ConfigureAwait(false);
        return new ZNodeReply();
    });

    /// <summary>A call that is answered as soon as everything before it is.</summary>
    /// <returns>The reply; <see cref="ZNodeError.ConnectionLoss"/> when there is none, and it is not known what became of the call.</returns>
    public async Task<ZNodeReply> RunAsync(Func<IZNodeClientGrain, Task<ZNodeReply>> call, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_broken.Token, cancellationToken);
        CancellationToken token = end.Token;
        return await WatchedAsync(() => call(_grain).WaitAsync(token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A call of which the answer must come within the time of an attempt, or the connection is given up.</summary>
    public Task<ZNodeReply> AttemptAsync(Func<IZNodeClientGrain, Task<ZNodeReply>> call) => WatchedAsync(() => _calls.AttemptAsync(call(_grain), 0, _broken.Token), CancellationToken.None);

    /// <summary>A piece of what a watch has missed; null when the connection is given up.</summary>
    public async Task<WatchHistory?> ReadHistoryAsync(ZNodeWatch watch, Zxid after, int skipCount)
    {
        WatchHistory? missed = null;
        await AttemptAsync(async grain =>
        {
            missed = await grain.ReadHistory(watch.Path, watch.HistoryKinds, after, skipCount).ConfigureAwait(false);
            return missed is null ? ZNodeReply.Refused(ZNodeError.ConnectionLoss, "The silo has lost the connection.") : new ZNodeReply();
        }).ConfigureAwait(false);
        return missed;
    }

    Task IZNodeObserver.OnEvents(IReadOnlyList<WatchEvent> events)
    {
        _watches.Dispatch(this, events);
        return Task.CompletedTask;
    }

    /// <summary>Says that it is over, without waiting for an answer.</summary>
    public void Dispose()
    {
        Break();
        try
        {
            _grain.Disconnect().Ignore();
            _calls.Grains.DeleteObjectReference<IZNodeObserver>(_reference);
        }
        catch (ObjectDisposedException)
        {
            // The app has stopped its way to the cluster before its sessions.
        }
    }

    private static bool IsLoss(Exception failure) => GrainFailures.IsTransient(failure) || failure is OperationCanceledException or ObjectDisposedException;

    private async Task<ZNodeReply> WatchedAsync(Func<Task<ZNodeReply>> call, CancellationToken cancellationToken)
    {
        try
        {
            ZNodeReply reply = await call().ConfigureAwait(false);
            if (reply.Error is ZNodeError.ConnectionLoss or ZNodeError.SessionMoved)
            {
                Break();
            }
            return reply;
        }
        catch (Exception failure) when (IsLoss(failure) && !cancellationToken.IsCancellationRequested)
        {
            Break();
            return ZNodeReply.Refused(ZNodeError.ConnectionLoss, $"The silo did not answer: {failure.Message}");
        }
    }

    // Whoever waits goes on by itself, and not on this thread.
    private void Break() => _ = _broken.CancelAsync();
}
