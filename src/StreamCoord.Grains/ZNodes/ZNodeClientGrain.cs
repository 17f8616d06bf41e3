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
internal sealed class ZNodeClientGrain(ICoordination coordination, ClusterIdentity identity) : Grain, IZNodeClientGrain
{
    private const int HistoryEventsMax = 1_000;

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
    public Task<ZNodeReply> Authenticate(string scheme, ReadOnlyMemory<byte> credentials)
    {
        ZNodeError error = coordination.Authenticate(scheme, credentials, out IReadOnlyList<AuthIdentity> identities);
        if (error != ZNodeError.Ok)
        {
            return Task.FromResult(ZNodeReply.Refused(error, $"The credentials are wrong, or there is no scheme '{scheme}'."));
        }
        if (_line is not { } line)
        {
            return Task.FromResult(NotConnected());
        }
        line.Caller = line.Caller with { Identities = [.. line.Caller.Identities.Union(identities)] };
        return Task.FromResult(new ZNodeReply());
    }

    /// <inheritdoc/>
    public Task<ZNodeReply> OpenSession(int timeoutMs) => BeginSessionAsync(line => coordination.RequestAsync(line.Caller, new OpenSessionOperation(timeoutMs, identity.NodeId)));

    /// <inheritdoc/>
    public async Task<ZNodeReply> ResumeSession(SessionId session, ReadOnlyMemory<byte> password, int timeoutMs, Zxid seen)
    {
        ZNodeReply reply = await BeginSessionAsync(_ => coordination.ResumeSessionAsync(session, password, timeoutMs));
        if (reply.IsOk)
        {
            await coordination.WaitAppliedAsync(seen, CancellationToken.None);
        }
        return reply;
    }

    /// <inheritdoc/>
    public async Task<ZNodeReply> Ping()
    {
        if (_line is not { } line)
        {
            return NotConnected();
        }
        SessionId session = line.Caller.Session;
        coordination.Touch(session);
        ZNodeReply reply = await line.RunAsync(static (connection, tag) => connection.Sync(tag));
        return !reply.IsOk || coordination.IsAlive(session) ? reply : ZNodeReply.Refused(ZNodeError.SessionExpired, $"The session {session} has ended.", reply.Zxid);
    }

    /// <inheritdoc/>
    public async Task<WatchHistory?> ReadHistory(string path, WatchKinds kinds, Zxid after, int skipCount)
    {
        if (_line is not { } line)
        {
            return null;
        }
        var events = new List<WatchEvent>();
        try
        {
            await foreach (WatchEvent watchEvent in coordination.ReadHistoryAsync(line.Caller, path, kinds, after, CancellationToken.None))
            {
                if (skipCount-- > 0)
                {
                    continue;
                }
                events.Add(watchEvent);
                if (events.Count == HistoryEventsMax)
                {
                    return new WatchHistory(events, IsComplete: false, Gone: null);
                }
            }
            return new WatchHistory(events, IsComplete: true, Gone: null);
        }
        catch (HistoryGoneException gone)
        {
            return new WatchHistory([], IsComplete: true, gone.Message);
        }
    }

    /// <inheritdoc/>
    public async Task Disconnect()
    {
        await EndAsync("The client has disconnected.");
        DelayDeactivation(TimeSpan.Zero);
    }

    private Task<ZNodeReply> RunAsync(Action<ICoordinationConnection, long> request) => _line is { } line
        ? line.RunAsync(request)
        : Task.FromResult(NotConnected());

    private static ZNodeReply NotConnected() => ZNodeReply.Refused(ZNodeError.ConnectionLoss, "There is no connection: connect first.");

    private async Task<ZNodeReply> BeginSessionAsync(Func<ClientLine, Task<ZNodeReply>> begin)
    {
        if (_line is not { } line)
        {
            return NotConnected();
        }
        ZNodeReply reply = await begin(line);
        if (reply.Session is { } session)
        {
            line.Caller = line.Caller with { Session = session.Session, Owner = session.Owner };
        }
        return reply;
    }

    private async Task EndAsync(string reason)
    {
        if (_line is { } line)
        {
            _line = null;
            await line.EndAsync(reason);
        }
    }
}
