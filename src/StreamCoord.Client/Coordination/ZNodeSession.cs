using System.Text;
using Microsoft.Extensions.Logging;
using StreamCoord.Client.Calls;
using StreamCoord.Client.Coordination;
using StreamCoord.ZNodes;

namespace StreamCoord.Client;

/// <summary>
/// A session with the tree of znodes: ZooKeeper's client. Made by <see cref="StreamCoordClient.OpenSessionAsync"/>; closing it deletes its ephemeral znodes. It moves to another silo when its own is gone, with everything it watches.
/// </summary>
/// <remarks>
/// Safe for concurrent use. A finished write is durable on a quorum. Of a call that began after another had ended nothing older is seen, on whichever silo; an event comes before data that is newer than it. Reads are made again when a
/// silo is lost; a write is not, and ends with <see cref="ZNodeError.ConnectionLoss"/> when it is not known what became of it.
/// </remarks>
public sealed class ZNodeSession : IAsyncDisposable
{
    private readonly SessionLife _life;
    private readonly WatchTable _watches;
    private readonly int _watchEventsMax;

    // One at a time: who removes the last watch of a path must not take away one that is just being armed there.
    private readonly SemaphoreSlim _arming = new(1, 1);

    private ZNodeSession(SessionLife life, WatchTable watches, int watchEventsMax)
    {
        (_life, _watches, _watchEventsMax) = (life, watches, watchEventsMax);
    }

    /// <summary>The session's id, which is the owner of its ephemeral znodes.</summary>
    public SessionId Id => _life.Grant.Session;

    /// <summary>The timeout that the cluster has given. Milliseconds.</summary>
    public int TimeoutMs => _life.Grant.TimeoutMs;

    /// <summary>
    /// Cancelled as soon as the session is over, or may be: the cluster says so, or nothing that was sent within the timeout was answered. Whoever holds something by an ephemeral znode holds it no longer.
    /// </summary>
    public CancellationToken Lost => _life.Lost;

    internal TimeProvider Time => _life.Time;

    internal static async Task<ZNodeSession> OpenAsync(GrainCalls calls, ZNodeSessionOptions options, ILogger logger, int retryTimeoutMs, CancellationToken cancellationToken)
    {
        var watches = new WatchTable(logger);
        var life = new SessionLife(calls, options, watches, logger);
        await life.OpenAsync(retryTimeoutMs, cancellationToken).ConfigureAwait(false);
        return new ZNodeSession(life, watches, options.WatchEventsMax);
    }

    /// <summary>A znode's Stat; null when there is none.</summary>
    /// <param name="path">The path.</param>
    /// <param name="changed">Told once, of the next change: created, deleted, or data set. On a thread that must not be held up; events and replies wait for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task<ZNodeStat?> ExistsAsync(string path, Action<WatchEvent>? changed = null, CancellationToken cancellationToken = default)
    {
        ZNodeReply reply = await ReadAsync(new ExistsOperation(path), path, changed, isOfChildren: false, cancellationToken).ConfigureAwait(false);
        return reply.Error == ZNodeError.NoNode ? null : Require(reply).Stat;
    }

    /// <summary>A znode's data.</summary>
    /// <param name="path">The path.</param>
    /// <param name="changed">Told once, of the next change: deleted, or data set; not when the call fails. On a thread that must not be held up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.NoAuth"/>, or the session is over.</exception>
    public async Task<ZNodeData> GetAsync(string path, Action<WatchEvent>? changed = null, CancellationToken cancellationToken = default)
    {
        ZNodeReply reply = Require(await ReadAsync(new GetDataOperation(path), path, changed, isOfChildren: false, cancellationToken).ConfigureAwait(false));
        return new ZNodeData(reply.Data, reply.Stat.GetValueOrDefault());
    }

    /// <summary>The names of a znode's children, in no order.</summary>
    /// <param name="path">The path.</param>
    /// <param name="changed">Told once, of the next change: a child created or deleted, or the znode itself deleted; not when the call fails. On a thread that must not be held up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.NoAuth"/>, or the session is over.</exception>
    public async Task<IReadOnlyList<string>> GetChildrenAsync(string path, Action<WatchEvent>? changed = null, CancellationToken cancellationToken = default) =>
        Require(await ReadAsync(new GetChildrenOperation(path), path, changed, isOfChildren: true, cancellationToken).ConfigureAwait(false)).Names ?? [];

    /// <summary>A znode's access control list.</summary>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.NoAuth"/>, or the session is over.</exception>
    public async Task<IReadOnlyList<AclEntry>> GetAclAsync(string path, CancellationToken cancellationToken = default) =>
        Require(await ReadAsync(new GetAclOperation(path), path, changed: null, isOfChildren: false, cancellationToken).ConfigureAwait(false)).Acl ?? [];

    /// <summary>Creates a znode.</summary>
    /// <param name="path">The path; a sequential mode appends ten digits.</param>
    /// <param name="data">The data; null is not the same as empty.</param>
    /// <param name="mode">Its kind.</param>
    /// <param name="acl">Its access control list; null for everything for everybody.</param>
    /// <param name="ttlMs">For the two TTL modes: 1 to 2^40 - 1 milliseconds; else 0.</param>
    /// <param name="cancellationToken">Gives up. It may be created all the same.</param>
    /// <returns>The path that was created, and its Stat.</returns>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NodeExists"/>, <see cref="ZNodeError.NoNode"/> for the parent, and more; or it is not known what became of it.</exception>
    public async Task<(string Path, ZNodeStat Stat)> CreateAsync(
        string path, ReadOnlyMemory<byte>? data = null, CreateMode mode = CreateMode.Persistent, IReadOnlyList<AclEntry>? acl = null, long ttlMs = 0, CancellationToken cancellationToken = default)
    {
        ZNodeReply reply = Require(await WriteAsync(new CreateOperation(path, data, acl ?? AclEntry.Open, mode, ttlMs), cancellationToken).ConfigureAwait(false));
        return (reply.Path!, reply.Stat.GetValueOrDefault());
    }

    /// <summary>Creates a znode and what is missing above it. One that is there stays as it is.</summary>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task EnsurePathAsync(string path, CancellationToken cancellationToken = default)
    {
        for (int end = path.IndexOf('/', Math.Min(1, path.Length)); ; end = path.IndexOf('/', end + 1))
        {
            string part = end < 0 ? path : path[..end];
            var create = new CreateOperation(part, null, AclEntry.Open, MayExist: true);
            Require(await UntilAnsweredAsync(grain => grain.Request(create, watch: false), cancellationToken).ConfigureAwait(false));
            if (end < 0)
            {
                return;
            }
        }
    }

    /// <summary>Creates a znode with a name that nobody else would take, however often it has to be asked for. Not for sequential modes.</summary>
    internal async Task EnsureAsync(string path, ReadOnlyMemory<byte>? data, CreateMode mode, CancellationToken cancellationToken)
    {
        var create = new CreateOperation(path, data, AclEntry.Open, mode, MayExist: true);
        Require(await UntilAnsweredAsync(grain => grain.Request(create, watch: false), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Deletes a znode, however often it has to be asked for. One that is not there is as good.</summary>
    internal async Task EnsureDeletedAsync(string path, CancellationToken cancellationToken = default)
    {
        var delete = new DeleteOperation(path);
        ZNodeReply reply = await UntilAnsweredAsync(grain => grain.Request(delete, watch: false), cancellationToken).ConfigureAwait(false);
        _ = reply.Error == ZNodeError.NoNode ? reply : Require(reply);
    }

    /// <summary>Sets a znode's data.</summary>
    /// <param name="path">The path.</param>
    /// <param name="data">The data; null is not the same as empty.</param>
    /// <param name="expectedVersion">The version that it must have; <see cref="WriteOperation.AnyVersion"/> for any.</param>
    /// <param name="cancellationToken">Gives up. It may be set all the same.</param>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.BadVersion"/> and more; or it is not known what became of it.</exception>
    public async Task<ZNodeStat> SetAsync(string path, ReadOnlyMemory<byte>? data, int expectedVersion = WriteOperation.AnyVersion, CancellationToken cancellationToken = default) =>
        Require(await WriteAsync(new SetDataOperation(path, data, expectedVersion), cancellationToken).ConfigureAwait(false)).Stat.GetValueOrDefault();

    /// <summary>Sets a znode's data to a text in UTF-8; see the other.</summary>
    public Task<ZNodeStat> SetAsync(string path, string text, int expectedVersion = WriteOperation.AnyVersion, CancellationToken cancellationToken = default) =>
        SetAsync(path, Encoding.UTF8.GetBytes(text), expectedVersion, cancellationToken);

    /// <summary>Sets a znode's access control list.</summary>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.BadVersion"/>, <see cref="ZNodeError.InvalidAcl"/>; or it is not known what became of it.</exception>
    public async Task<ZNodeStat> SetAclAsync(string path, IReadOnlyList<AclEntry> acl, int expectedAversion = WriteOperation.AnyVersion, CancellationToken cancellationToken = default) =>
        Require(await WriteAsync(new SetAclOperation(path, acl, expectedAversion), cancellationToken).ConfigureAwait(false)).Stat.GetValueOrDefault();

    /// <summary>Deletes a znode without children.</summary>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.NoNode"/>, <see cref="ZNodeError.NotEmpty"/>, <see cref="ZNodeError.BadVersion"/>; or it is not known what became of it.</exception>
    public async Task DeleteAsync(string path, int expectedVersion = WriteOperation.AnyVersion, CancellationToken cancellationToken = default) =>
        Require(await WriteAsync(new DeleteOperation(path, expectedVersion), cancellationToken).ConfigureAwait(false));

    /// <summary>Carries out all operations under one zxid, or none.</summary>
    /// <returns>The results, in the operations' order.</returns>
    /// <exception cref="ZNodeException">One was refused, <see cref="ZNodeException.Results"/> says which; or it is not known what became of them.</exception>
    public async Task<IReadOnlyList<ZNodeReply>> MultiAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken = default) =>
        Require(await WriteAsync(new MultiOperation(operations), cancellationToken).ConfigureAwait(false)).Results ?? [];

    /// <summary>A read barrier: later reads see everything that was committed anywhere before this call.</summary>
    /// <exception cref="ZNodeException">The session is over.</exception>
    public async Task<Zxid> SyncAsync(CancellationToken cancellationToken = default) =>
        Require(await UntilAnsweredAsync(grain => grain.Sync(), cancellationToken).ConfigureAwait(false)).Zxid;

    /// <summary>Shows who the session is, besides what it has shown.</summary>
    /// <exception cref="ZNodeException"><see cref="ZNodeError.AuthFailed"/> for wrong credentials; or the session is over.</exception>
    public async Task AuthenticateAsync(ZNodeCredentials credentials, CancellationToken cancellationToken = default) =>
        Require(await _life.AuthenticateAsync(credentials, cancellationToken).ConfigureAwait(false));

    /// <summary>Watches a znode and its children, or everything below it, until the watch is disposed. When this ends, it is armed.</summary>
    /// <param name="path">The path, which need not exist.</param>
    /// <param name="isRecursive">Everything below as well, and no <see cref="WatchEventType.ChildrenChanged"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException">The path is not legal, or the session is over.</exception>
    public async Task<ZNodeWatch> WatchAsync(string path, bool isRecursive = false, CancellationToken cancellationToken = default)
    {
        var watch = new ZNodeWatch(path, isRecursive, _watchEventsMax, RemoveAsync);
        await _arming.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _watches.Add(watch);
            await ArmAsync(watch, cancellationToken).ConfigureAwait(false);
            return watch;
        }
        catch
        {
            _watches.Remove(watch);
            throw;
        }
        finally
        {
            _arming.Release();
        }
    }

    /// <summary>Closes the session: its ephemeral znodes are deleted. When nobody answers, they are as soon as it expires.</summary>
    public ValueTask DisposeAsync() => _life.DisposeAsync();

    private static ZNodeReply Require(ZNodeReply reply) => reply.IsOk ? reply : throw ZNodeException.Of(reply);

    private async Task<ZNodeReply> ReadAsync(ReadOperation operation, string path, Action<WatchEvent>? changed, bool isOfChildren, CancellationToken cancellationToken)
    {
        if (changed is null)
        {
            return await UntilAnsweredAsync(grain => grain.Request(operation, watch: false), cancellationToken).ConfigureAwait(false);
        }
        OneShotWatch watch = _watches.Prepare(path, isOfChildren, changed);
        bool isArmed = false;
        try
        {
            return await AskAsync(
                grain => grain.Request(operation, watch: true),
                (connection, reply) =>
                {
                    bool arms = reply.IsOk || (reply.Error == ZNodeError.NoNode && operation is ExistsOperation);
                    isArmed = arms && _watches.TryArm(connection, watch, reply.Zxid, isOfMissing: !reply.IsOk);
                    return arms ? !isArmed : ZNodeErrors.Passes(reply.Error);
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isArmed)
            {
                _watches.Drop(watch);
            }
        }
    }

    private async Task ArmAsync(ZNodeWatch watch, CancellationToken cancellationToken)
    {
        ZNodeConnection connection;
        ZNodeReply armed;
        do
        {
            connection = await _life.ConnectionAsync(cancellationToken).ConfigureAwait(false);
            armed = await WatchTable.ArmAsync(connection, watch).ConfigureAwait(false);
        }
        while (connection.Broken.IsCancellationRequested);
        Require(armed);
    }

    // For what may be asked twice.
    private Task<ZNodeReply> UntilAnsweredAsync(Func<IZNodeClientGrain, Task<ZNodeReply>> call, CancellationToken cancellationToken) =>
        AskAsync(call, static (_, reply) => ZNodeErrors.Passes(reply.Error), cancellationToken);

    private Task<ZNodeReply> WriteAsync(WriteOperation operation, CancellationToken cancellationToken) =>
        AskAsync(grain => grain.Request(operation, watch: false), static (_, reply) => ZNodeErrors.WasNotCarriedOut(reply.Error), cancellationToken);

    private async Task<ZNodeReply> AskAsync(Func<IZNodeClientGrain, Task<ZNodeReply>> call, Func<ZNodeConnection, ZNodeReply, bool> asksAgain, CancellationToken cancellationToken)
    {
        Backoff? backoff = null;
        while (true)
        {
            ZNodeConnection connection = await _life.ConnectionAsync(cancellationToken).ConfigureAwait(false);
            ZNodeReply reply = await connection.RunAsync(call, cancellationToken).ConfigureAwait(false);
            if (!asksAgain(connection, reply))
            {
                _life.See(reply.Zxid);
                return reply;
            }
            await (backoff ??= ZNodeErrors.Backoff()).WaitAsync(_life.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask RemoveAsync(ZNodeWatch watch)
    {
        await _arming.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_watches.Remove(watch))
            {
                ZNodeConnection connection = await _life.ConnectionAsync(CancellationToken.None).ConfigureAwait(false);
                await connection.RunAsync(grain => grain.RemoveWatches(watch.Path, watch.Kind), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (ZNodeException)
        {
            // The session is over, and its watches with it.
        }
        finally
        {
            _arming.Release();
        }
    }
}
