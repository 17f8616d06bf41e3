using StreamCoord.Coordination;
using StreamCoord.Coordination.Acls;
using StreamCoord.Coordination.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// The tree as this silo's front ends reach it: writes by the lane to the sequencer, reads from the silo's own tree, with the data that the znode grains of this silo hold. Owns
/// nothing but its parts.
/// </summary>
internal sealed class CoordinationService(
    TreeFeed feed, TreeLog log, WriteLane lane, SessionHeartbeats heartbeats, TreeHistory history, ZNodeGrains grains, ZNodeOptions options) : ICoordination
{
    /// <inheritdoc/>
    public Zxid AppliedZxid => feed.Tree.Applied;

    /// <summary>The connections that are open on this silo.</summary>
    public ConnectionSet Connections => heartbeats.Connections;

    /// <summary>This silo's committed tree.</summary>
    public ZNodeTree Tree => feed.Tree;

    private IZNodeTreeGrain Sequencer => grains.Sequencer;

    /// <inheritdoc/>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await feed.Loaded.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is TreeLogDamagedException or TreeLogMissingException or TreeFormatException or IOException)
        {
            throw new CoordinationUnavailableException(exception.Message) { IsLasting = true };
        }
        await Sequencer.GetTerm().WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ZNodeReply> RequestAsync(ZNodeCaller caller, ZNodeOperation operation) =>
        operation is WriteOperation write ? WriteAsync(caller, write) : ReadAsync(caller, (ReadOperation)operation);

    /// <inheritdoc/>
    public Task WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken) => feed.WaitAppliedAsync(zxid).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<Zxid> SyncAsync()
    {
        Zxid zxid = await Sequencer.Sync();
        await feed.WaitAppliedAsync(zxid);
        return zxid;
    }

    /// <inheritdoc/>
    public ICoordinationConnection Connect(ZNodeCaller caller, IConnectionSink sink) => new CoordinationConnection(this, caller, sink);

    /// <inheritdoc/>
    public Task<ZNodeReply> ResumeSessionAsync(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs) => Sequencer.ResumeSession(session, password, timeoutMs);

    /// <inheritdoc/>
    public async Task<TreeDescription> DescribeAsync()
    {
        long logBytes = await log.MeasureAsync();
        lock (feed.Tree.Gate)
        {
            return new TreeDescription(feed.Tree.NodeCount, feed.Tree.EphemeralCount, feed.Tree.Sessions.Count, feed.Tree.WatchCount, feed.Tree.DataBytes, logBytes);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SessionDescription>> ListSessionsAsync()
    {
        IReadOnlyList<SessionExpiry> expiries = await Sequencer.ListExpiries();
        lock (feed.Tree.Gate)
        {
            return [.. expiries.Select(expiry => new SessionDescription(expiry.Session, expiry.ExpiresAt, [.. feed.Tree.EphemeralPathsOf(expiry.Session)]))];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DataWatch> ListDataWatches()
    {
        lock (feed.Tree.Gate)
        {
            return [.. feed.Tree.DataWatches];
        }
    }

    /// <inheritdoc/>
    public bool IsAlive(SessionId session)
    {
        lock (feed.Tree.Gate)
        {
            return feed.Tree.Sessions.ContainsKey(session);
        }
    }

    /// <inheritdoc/>
    public void Touch(SessionId session) => heartbeats.Touch(session);

    /// <inheritdoc/>
    public ZNodeError Authenticate(string scheme, ReadOnlyMemory<byte> credentials, out IReadOnlyList<AuthIdentity> identities)
    {
        (ZNodeError error, identities) = AuthSchemes.Authenticate(scheme, credentials.Span, options.SuperDigest);
        return error;
    }

    /// <inheritdoc/>
    public string? CheckPath(string path) => ZNodePath.Check(path);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent> ReadHistoryAsync(
        ZNodeCaller caller, string path, WatchKinds kinds, Zxid after, CancellationToken cancellationToken) =>
        history.ReadAsync(caller, path, kinds, after, cancellationToken);

    /// <summary>Hands a write to the lane.</summary>
    public Task<ZNodeReply> WriteAsync(ZNodeCaller caller, WriteOperation operation)
    {
        // A session's password is the sequencer's to give; the node that it was opened through is this one's to say.
        return lane.WriteAsync(caller, operation);
    }

    /// <summary>Hands a write of a connection to the lane.</summary>
    public void Write(PendingWrite write) => lane.Write(write);

    /// <summary>Brings a znode's data into memory.</summary>
    public Task ActivateAsync(string path) => grains.Find(path).Activate();

    /// <summary>Brings a znode into memory to stay.</summary>
    public Task PinAsync(string path) => grains.Find(path).Pin();

    private async Task<ZNodeReply> ReadAsync(ZNodeCaller caller, ReadOperation operation)
    {
        await feed.Loaded;
        while (true)
        {
            string? missingPath;
            lock (feed.Tree.Gate)
            {
                if (ReadRules.TryRead(feed.Tree, caller, operation, out missingPath) is { } reply)
                {
                    return reply;
                }
            }
            await ActivateAsync(missingPath!);
        }
    }
}
