using Orleans.Concurrency;
using Orleans.Placement;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// The shell of a client app's connection: an <see cref="ICoordinationConnection"/> whose output goes to the client's observer and to the callers. An event is taken by the observer before a
/// later reply is given, so the client too sees the event before the new data.
/// </summary>
/// <remarks>Reentrant: a client may have many requests in the line. It ends with its silo, or when the observer fails; the client connects again and replays its watches.</remarks>
[Reentrant, PreferLocalPlacement, Immovable]
internal sealed class ZNodeClientGrain(ICoordination coordination) : Grain, IZNodeClientGrain
{
    private ClientLine? _line;

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await EndAsync("The connection has ended.");

    /// <inheritdoc/>
    public async Task Connect(ZNodeCaller caller, IZNodeObserver observer)
    {
        await EndAsync("The client has connected anew.");
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        _line = new ClientLine(coordination, caller, observer);
    }

    /// <inheritdoc/>
    public Task<ZNodeReply> Request(ZNodeOperation operation, bool watch) => RunAsync((line, tag) => line.Request(tag, operation, watch));

    /// <inheritdoc/>
    public Task<ZNodeReply> AddWatch(string path, WatchKinds kind) => RunAsync((line, tag) => line.AddWatch(tag, path, kind));

    /// <inheritdoc/>
    public Task<ZNodeReply> RemoveWatches(string path, WatchKinds kinds) => RunAsync((line, tag) => line.RemoveWatches(tag, path, kinds));

    /// <inheritdoc/>
    public Task<ZNodeReply> Replay(WatchReplay watches) => RunAsync((line, tag) => line.Replay(tag, watches));

    /// <inheritdoc/>
    public Task<ZNodeReply> Sync() => RunAsync((line, tag) => line.Sync(tag));

    /// <inheritdoc/>
    public async Task Disconnect()
    {
        await EndAsync("The client has disconnected.");
        DelayDeactivation(TimeSpan.Zero);
    }

    private Task<ZNodeReply> RunAsync(Action<ICoordinationConnection, long> request) => _line is { } line
        ? line.RunAsync(request)
        : Task.FromResult(ZNodeReply.Refused(ZNodeError.ConnectionLoss, "There is no connection: connect first."));

    private async Task EndAsync(string reason)
    {
        if (_line is { } line)
        {
            _line = null;
            await line.EndAsync(reason);
        }
    }
}
