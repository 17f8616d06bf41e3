using StreamCoord.Coordination.Acls;
using StreamCoord.Coordination.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// Decides about writes, one after another: each becomes a transaction with the next zxid, or is refused. It judges by the tree as it will be when every transaction in
/// flight is applied, so it never waits for the log. One object is one term; a term whose log failed is over, and what it had in flight with it.
/// </summary>
/// <remarks>
/// Owns the state of the transactions in flight and of the sessions. Not safe for concurrent use; it takes the committed tree's gate for each operation. A reply is only true
/// once the log has committed the transaction whose zxid it carries: for a refusal that is the newest one it was judged after. zxids are strictly increasing.
/// </remarks>
public sealed class Sequencer
{
    private const long TransactionReserve = 100_000_000;

    private readonly ZNodeTree _tree;
    private readonly ZNodeOptions _options;
    private readonly PendingTree _pending;
    private readonly TransactionEmitter _emit;
    private readonly SessionIds _sessionIds = new();
    private readonly Dictionary<SessionId, HashSet<string>> _ephemerals = [];
    private readonly PendingUsage _usage;
    private readonly List<(bool Added, SessionId Session, string Path)> _ephemeralChanges = [];
    private int _treeNodesLeft;

    /// <summary>Begins a term over a tree that has everything that the log holds.</summary>
    /// <param name="tree">The committed tree.</param>
    /// <param name="options">The limits.</param>
    /// <param name="epoch">The term: newer than that of every transaction in the tree.</param>
    /// <param name="writer">Takes the transactions.</param>
    public Sequencer(ZNodeTree tree, ZNodeOptions options, LeaderEpoch epoch, ITransactionWriter writer)
    {
        (_tree, _options, Epoch, _emit) = (tree, options, epoch, new TransactionEmitter(writer));
        lock (tree.Gate)
        {
            Invariant.Holds(Zxid.FirstOf(epoch) > tree.Applied);
            _pending = new PendingTree(tree);
            _usage = new PendingUsage(tree);
            foreach (SessionId session in tree.Sessions.Keys)
            {
                _ephemerals.Add(session, [.. tree.EphemeralPathsOf(session)]);
            }
        }
        LastZxid = Zxid.FirstOf(epoch);
    }

    /// <summary>The term.</summary>
    public LeaderEpoch Epoch { get; }

    /// <summary>The newest transaction, committed or in flight.</summary>
    public Zxid LastZxid { get; private set; }

    /// <summary>True when the term has few zxids left, and the next one must begin (ZOOKEEPER-1277): no batch of writes is as long as the reserve.</summary>
    public bool IsExhausted => LastZxid.Counter > Zxid.CounterMax - TransactionReserve;

    /// <summary>True when the tree has a transaction that is not of this term: another has begun, and this one may not even refuse any more.</summary>
    private bool IsSuperseded => _tree.Applied > LastZxid;

    /// <summary>Writes the record that begins the term. The first term of all makes the key of the session passwords.</summary>
    public void WriteEpochRecord(long nowMs, byte[] secretIfNone)
    {
        _emit.NowMs = nowMs;
        _emit.Begin(LastZxid);
        if (_tree.Secret is null)
        {
            _emit.Secret(secretIfNone);
        }
        _emit.Commit();
    }

    /// <summary>Whether a session lives, also after what is in flight.</summary>
    public bool IsAlive(SessionId session) => _ephemerals.ContainsKey(session);

    /// <summary>The timeout that a session gets whose client asks for one. Milliseconds.</summary>
    public int NegotiateTimeoutMs(int requestedMs) => SessionTimeouts.Negotiate(requestedMs, _options.SessionTimeoutMsMin, _options.SessionTimeoutMsMax);

    /// <summary>Limits of quotas that were exceeded since the last call, in words for the log.</summary>
    public IReadOnlyList<string> TakeQuotaWarnings() => _usage.TakeWarnings();

    /// <summary>Carries out one operation.</summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="nowMs">The transaction's time, milliseconds since 1970.</param>
    public ZNodeReply Execute(ZNodeCaller caller, WriteOperation operation, long nowMs)
    {
        lock (_tree.Gate)
        {
            Settle(nowMs);
            _treeNodesLeft = _options.MultiOperationsMax;
            if (IsSuperseded)
            {
                return Refuse(ZNodeError.ConnectionLoss, "Another sequencer has taken the tree over.");
            }
            if (caller.Session != SessionId.None && !IsAlive(caller.Session) && operation is not CloseSessionOperation)
            {
                return Refuse(ZNodeError.SessionExpired, $"Session {caller.Session} has ended.");
            }
            if (operation is MultiOperation multi)
            {
                return Multi(caller, multi, nowMs);
            }
            ZNodeReply reply = ExecuteOne(caller, operation, LastZxid.Next(), nowMs);
            return reply.IsOk ? Commit(reply) : reply;
        }
    }

    /// <summary>Deletes a container or a TTL znode whose time has come; refuses when it has not, any more.</summary>
    public ZNodeReply Reap(string path, long nowMs)
    {
        lock (_tree.Gate)
        {
            Settle(nowMs);
            if (IsSuperseded)
            {
                return Refuse(ZNodeError.ConnectionLoss, "Another sequencer has taken the tree over.");
            }
            if (_pending.Find(path) is not { } node)
            {
                return Refuse(ZNodeError.NoNode, $"{path} does not exist.");
            }
            if (node.ChildCount > 0)
            {
                return Refuse(ZNodeError.NotEmpty, $"{path} has children.");
            }
            if (!ReapRules.IsDue(node.Image.Owner, node.ChildCount, node.Counters.Cversion, node.Image.MtimeMs, nowMs))
            {
                return Refuse(ZNodeError.BadVersion, $"The time of {path} has not come.");
            }
            return Commit(Remove(path, node, LastZxid.Next()));
        }
    }

    private void Settle(long nowMs)
    {
        _emit.NowMs = nowMs;
        _pending.Forget(_tree.Applied);
        _usage.Forget(_tree.Applied);
    }

    private ZNodeReply Commit(ZNodeReply reply)
    {
        LastZxid = reply.Zxid;
        _emit.Commit();
        _ephemeralChanges.Clear();
        return reply;
    }

    private ZNodeReply ExecuteOne(ZNodeCaller caller, WriteOperation operation, Zxid zxid, long nowMs) => operation switch
    {
        CreateOperation create => Create(caller, create, zxid, nowMs),
        DeleteOperation delete => Delete(caller, delete, zxid),
        DeleteTreeOperation delete => DeleteTree(caller, delete, zxid),
        SetDataOperation set => SetData(caller, set, zxid, nowMs),
        SetAclOperation set => SetAcl(caller, set, zxid),
        OpenSessionOperation open => OpenSession(open, zxid, nowMs),
        CloseSessionOperation close => CloseSession(close, zxid),
        CheckOperation or CheckMissingOperation => Refuse(ZNodeError.Unimplemented, "A check is only possible within a multi."),
        _ => Refuse(ZNodeError.Unimplemented, $"{operation.GetType().Name} is not known."),
    };

    private ZNodeReply Create(ZNodeCaller caller, CreateOperation create, Zxid zxid, long nowMs)
    {
        if (CheckCreate(caller, create) is { } early)
        {
            return early;
        }
        (ZNodeError error, IReadOnlyList<AclEntry>? acl) = NormaliseAcl(create.Acl, caller);
        if (acl is null)
        {
            return Refuse(error, "The access control list is empty, or has an entry that is not valid.");
        }
        string parentPath = ParentOf(create.Path);
        if (_pending.Find(parentPath) is not { } parent)
        {
            return Refuse(ZNodeError.NoNode, $"{parentPath} does not exist.");
        }
        if (!AclRules.Allows(parent.Image.Acl, ZNodePermissions.Create, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Create, parentPath);
        }
        string path = IsSequential(create.Mode) ? ZNodePath.AppendSequence(create.Path, parent.Counters.Cversion) : create.Path;
        if (ZNodePath.Check(path) is { } problem)
        {
            return Refuse(ZNodeError.BadArguments, problem);
        }
        if (_pending.Find(path) is not null)
        {
            return create.MayExist ? Nothing(zxid) with { Path = path } : Refuse(ZNodeError.NodeExists, $"{path} exists already.");
        }
        if (parent.Image.Owner.IsEphemeral)
        {
            return Refuse(ZNodeError.NoChildrenForEphemerals, $"{parentPath} is ephemeral and cannot have children.");
        }
        int dataLength = create.Data?.Length ?? -1;
        if (!_usage.Allows(path, 1, Math.Max(dataLength, 0), _options.EnforceQuota))
        {
            return Refuse(ZNodeError.QuotaExceeded, $"A hard limit of the quota on {path} or above it would be exceeded.");
        }

        NodeOwner owner = OwnerOf(caller, create);
        PendingNode node = _pending.Touch(path, null, zxid);
        (node.Exists, node.ChildCount) = (true, 0);
        node.Image = NodeImage.Created(zxid, nowMs, owner, acl, dataLength);
        node.Counters = new ChildCounters(0, zxid);
        parent = _pending.Touch(parentPath, parent, zxid);
        parent.ChildCount++;
        parent.Counters = new ChildCounters(unchecked(parent.Counters.Cversion + 1), zxid);
        Own(owner, path);
        _usage.Add(zxid, path, 1, Math.Max(dataLength, 0));
        _emit.Node(path, zxid, node.Image, create.Data);
        _emit.Counters(parentPath, zxid, parent.Counters);
        return new ZNodeReply { Zxid = zxid, Path = path, Stat = node.Stat };
    }

    private ZNodeReply? CheckCreate(ZNodeCaller caller, CreateOperation create)
    {
        bool hasTtl = create.Mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl;
        if (!Enum.IsDefined(create.Mode))
        {
            return Refuse(ZNodeError.BadArguments, $"{(int)create.Mode} is not a kind of znode.");
        }
        if (hasTtl ? create.TtlMs is < 1 or > NodeOwner.TtlMsMax : create.TtlMs != 0)
        {
            return Refuse(ZNodeError.BadArguments, hasTtl ? $"A TTL takes a number from 1 to {NodeOwner.TtlMsMax} milliseconds." : "Only TTL znodes have a TTL.");
        }
        if (create.MayExist && IsSequential(create.Mode))
        {
            return Refuse(ZNodeError.BadArguments, "A sequential znode is always a new one.");
        }
        if (create.Mode is CreateMode.Ephemeral or CreateMode.EphemeralSequential && caller.Session == SessionId.None)
        {
            return Refuse(ZNodeError.BadArguments, "An ephemeral znode needs a session.");
        }
        return create.Path is not ['/', ..] || create.Path.Contains('\0', StringComparison.Ordinal)
            ? Refuse(ZNodeError.BadArguments, "A path begins with '/' and holds no NUL.")
            : CheckData(create.Data);
    }

    private ZNodeReply Delete(ZNodeCaller caller, DeleteOperation delete, Zxid zxid)
    {
        if (delete.Path is not ['/', ..] || delete.Path.Contains('\0', StringComparison.Ordinal) || ZNodePath.IsReserved(delete.Path))
        {
            return Refuse(ZNodeError.BadArguments, $"'{delete.Path}' cannot be deleted.");
        }
        string parentPath = ParentOf(delete.Path);
        if (_pending.Find(parentPath) is not { } parent)
        {
            return NoNode(delete.Path);
        }
        if (!AclRules.Allows(parent.Image.Acl, ZNodePermissions.Delete, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Delete, parentPath);
        }
        if (_pending.Find(delete.Path) is not { } node)
        {
            return NoNode(delete.Path);
        }
        if (!Fits(delete.ExpectedVersion, node.Image.Version))
        {
            return BadVersion(delete.Path, delete.ExpectedVersion, node.Image.Version);
        }
        return node.ChildCount > 0
            ? Refuse(ZNodeError.NotEmpty, $"{delete.Path} has {node.ChildCount} children.")
            : Remove(delete.Path, node, zxid);
    }

    private ZNodeReply DeleteTree(ZNodeCaller caller, DeleteTreeOperation delete, Zxid zxid)
    {
        if ((ZNodePath.IsReserved(delete.Path) ? Refuse(ZNodeError.BadArguments, $"'{delete.Path}' cannot be deleted.") : CheckPath(delete.Path)) is { } refusal)
        {
            return refusal;
        }
        string parentPath = ParentOf(delete.Path);
        if (_pending.Find(parentPath) is not { } parent)
        {
            return NoNode(delete.Path);
        }
        if (!AclRules.Allows(parent.Image.Acl, ZNodePermissions.Delete, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Delete, parentPath);
        }
        if (_pending.Find(delete.Path) is null)
        {
            return NoNode(delete.Path);
        }
        long nodesMax = Math.Min(delete.NodesMax, _treeNodesLeft);
        if (_pending.Subtree(delete.Path, nodesMax) is not { } paths)
        {
            return Refuse(ZNodeError.NotEmpty, $"{delete.Path} and what is below it are more than {nodesMax} znodes.");
        }
        if (paths.Find(path => _pending.Find(path) is { ChildCount: > 0 } node && !AclRules.Allows(node.Image.Acl, ZNodePermissions.Delete, caller.Identities)) is { } closed)
        {
            return NoAuth(ZNodePermissions.Delete, closed);
        }
        _treeNodesLeft -= paths.Count;
        for (int i = paths.Count - 1; i >= 0; i--)
        {
            Remove(paths[i], _pending.Find(paths[i])!, zxid);
        }
        return new ZNodeReply { Zxid = zxid };
    }

    private ZNodeReply Remove(string path, PendingNode node, Zxid zxid)
    {
        _emit.Deleted(path, zxid, node);
        Disown(node.Image.Owner, path);
        _usage.Add(zxid, path, -1, -Math.Max(node.Image.DataLength, 0));
        string parentPath = ParentOf(path);
        PendingNode parent = _pending.Touch(parentPath, _pending.Find(parentPath), zxid);
        parent.ChildCount--;
        parent.Counters = parent.Counters with { Pzxid = zxid };
        _emit.Counters(parentPath, zxid, parent.Counters);
        PendingNode removed = _pending.Touch(path, node, zxid);
        removed.Exists = false;
        return new ZNodeReply { Zxid = zxid };
    }

    private ZNodeReply SetData(ZNodeCaller caller, SetDataOperation set, Zxid zxid, long nowMs)
    {
        if ((CheckPath(set.Path) ?? CheckData(set.Data)) is { } refusal)
        {
            return refusal;
        }
        if (_pending.Find(set.Path) is not { } node)
        {
            return NoNode(set.Path);
        }
        if (!AclRules.Allows(node.Image.Acl, ZNodePermissions.Write, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Write, set.Path);
        }
        int dataLength = set.Data?.Length ?? -1;
        int growth = Math.Max(dataLength, 0) - Math.Max(node.Image.DataLength, 0);
        if (!_usage.Allows(set.Path, 0, growth, _options.EnforceQuota))
        {
            return Refuse(ZNodeError.QuotaExceeded, $"A hard limit of the quota on {set.Path} or above it would be exceeded.");
        }
        if (!Fits(set.ExpectedVersion, node.Image.Version))
        {
            return BadVersion(set.Path, set.ExpectedVersion, node.Image.Version);
        }
        node = _pending.Touch(set.Path, node, zxid);
        node.Image = node.Image with { Mzxid = zxid, MtimeMs = nowMs, Version = VersionAfter(caller, set.Path, node.Image.Version), DataLength = dataLength };
        _usage.Add(zxid, set.Path, 0, growth);
        _emit.Node(set.Path, zxid, node.Image, set.Data);
        return new ZNodeReply { Zxid = zxid, Stat = node.Stat };
    }

    private ZNodeReply SetAcl(ZNodeCaller caller, SetAclOperation set, Zxid zxid)
    {
        if (CheckPath(set.Path) is { } refusal)
        {
            return refusal;
        }
        (ZNodeError error, IReadOnlyList<AclEntry>? acl) = NormaliseAcl(set.Acl, caller);
        if (acl is null)
        {
            return Refuse(error, "The access control list is empty, or has an entry that is not valid.");
        }
        if (_pending.Find(set.Path) is not { } node)
        {
            return NoNode(set.Path);
        }
        if (!AclRules.Allows(node.Image.Acl, ZNodePermissions.Admin, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Admin, set.Path);
        }
        if (!Fits(set.ExpectedVersion, node.Image.Aversion))
        {
            return BadVersion(set.Path, set.ExpectedVersion, node.Image.Aversion);
        }
        node = _pending.Touch(set.Path, node, zxid);
        node.Image = node.Image with { Acl = acl, Aversion = unchecked(node.Image.Aversion + 1) };
        _emit.Acl(set.Path, zxid, acl, node.Image.Aversion);
        return new ZNodeReply { Zxid = zxid, Stat = node.Stat };
    }

    private ZNodeReply Check(ZNodeCaller caller, CheckOperation check, Zxid zxid)
    {
        if (CheckPath(check.Path) is { } refusal)
        {
            return refusal;
        }
        if (_pending.Find(check.Path) is not { } node)
        {
            return NoNode(check.Path);
        }
        if (!AclRules.Allows(node.Image.Acl, ZNodePermissions.Read, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Read, check.Path);
        }
        return Fits(check.ExpectedVersion, node.Image.Version)
            ? new ZNodeReply { Zxid = zxid }
            : BadVersion(check.Path, check.ExpectedVersion, node.Image.Version);
    }

    private ZNodeReply CheckMissing(ZNodeCaller caller, CheckMissingOperation check, Zxid zxid)
    {
        if (CheckPath(check.Path) is { } refusal)
        {
            return refusal;
        }
        string parentPath = ParentOf(check.Path);
        if (_pending.Find(parentPath) is { } parent && !AclRules.Allows(parent.Image.Acl, ZNodePermissions.Read, caller.Identities))
        {
            return NoAuth(ZNodePermissions.Read, parentPath);
        }
        return _pending.Find(check.Path) is { } node && Fits(check.RefusedVersion, node.Image.Version)
            ? Refuse(ZNodeError.NodeExists, $"{check.Path} exists.")
            : new ZNodeReply { Zxid = zxid };
    }

    // A transaction that changes nothing, but has its place among the others.
    private ZNodeReply Nothing(Zxid zxid)
    {
        _emit.Begin(zxid);
        return new ZNodeReply { Zxid = zxid };
    }

    private ZNodeReply Multi(ZNodeCaller caller, MultiOperation multi, long nowMs)
    {
        if (MultiRules.Check(multi, _options) is { } problem)
        {
            return Refuse(problem.Error, problem.Message);
        }
        Zxid zxid = LastZxid.Next();
        var results = new ZNodeReply[multi.Operations.Count];
        _pending.BeginUndoable();
        int failed = -1;
        for (int i = 0; i < results.Length && failed < 0; i++)
        {
            results[i] = multi.Operations[i] switch
            {
                CheckOperation check => Check(caller, check, zxid),
                CheckMissingOperation check => CheckMissing(caller, check, zxid),
                WriteOperation operation => ExecuteOne(caller, operation, zxid, nowMs),
            };
            failed = results[i].IsOk ? -1 : i;
        }
        _pending.EndUndoable(keep: failed < 0);
        if (failed < 0)
        {
            _emit.Begin(zxid);
            return Commit(new ZNodeReply { Zxid = zxid, Results = results });
        }
        _emit.Abort();
        _usage.Undo(zxid);
        UndoEphemerals();
        return MultiRules.Failure(results, failed, LastZxid);
    }

    private ZNodeReply OpenSession(OpenSessionOperation open, Zxid zxid, long nowMs)
    {
        int timeoutMs = NegotiateTimeoutMs(open.TimeoutMs);
        SessionId session;
        do
        {
            session = _sessionIds.Next(open.Node, nowMs);
        }
        while (IsAlive(session));
        _ephemerals.Add(session, []);
        _emit.Session(session, zxid, timeoutMs);
        return new ZNodeReply { Zxid = zxid, Session = new SessionGrant(session, ReadOnlyMemory<byte>.Empty, timeoutMs) };
    }

    private ZNodeReply CloseSession(CloseSessionOperation close, Zxid zxid)
    {
        if (!_ephemerals.Remove(close.Session, out HashSet<string>? paths))
        {
            return Refuse(ZNodeError.SessionExpired, $"Session {close.Session} has ended.");
        }
        foreach (string path in paths)
        {
            Remove(path, _pending.Find(path)!, zxid);
        }
        _emit.SessionClosed(close.Session, zxid);
        return new ZNodeReply { Zxid = zxid };
    }

    private void Own(NodeOwner owner, string path)
    {
        if (owner.IsEphemeral)
        {
            _ephemerals[owner.Session].Add(path);
            _ephemeralChanges.Add((true, owner.Session, path));
        }
    }

    private void Disown(NodeOwner owner, string path)
    {
        if (owner.IsEphemeral && _ephemerals.TryGetValue(owner.Session, out HashSet<string>? paths))
        {
            paths.Remove(path);
            _ephemeralChanges.Add((false, owner.Session, path));
        }
    }

    private void UndoEphemerals()
    {
        for (int i = _ephemeralChanges.Count - 1; i >= 0; i--)
        {
            (bool added, SessionId session, string path) = _ephemeralChanges[i];
            _ = added ? _ephemerals[session].Remove(path) : _ephemerals[session].Add(path);
        }
        _ephemeralChanges.Clear();
    }

    private (ZNodeError Error, IReadOnlyList<AclEntry>? Acl) NormaliseAcl(IReadOnlyList<AclEntry> acl, ZNodeCaller caller)
    {
        if (ReferenceEquals(acl, AclEntry.Open))
        {
            return (ZNodeError.Ok, acl);
        }
        (ZNodeError error, IReadOnlyList<AclEntry>? normalised) = AclRules.Normalise(acl, caller.Identities);
        return (error, normalised is null ? null : _tree.Acls.Intern(normalised));
    }

    private ZNodeReply? CheckPath(string path) => ZNodePath.Check(path) is { } problem ? Refuse(ZNodeError.BadArguments, problem) : null;

    private ZNodeReply? CheckData(ReadOnlyMemory<byte>? data) => (data?.Length ?? 0) <= _options.DataBytesMax
        ? null
        : Refuse(ZNodeError.BadArguments, $"The data takes {data!.Value.Length} bytes; a znode holds at most {_options.DataBytesMax}.");

    // What stands before the only slash of "/" and "/a" is the root: a sequential znode may be asked for as "/".
    private static string ParentOf(string path) => ZNodePath.ParentOf(path) is { Length: > 0 } parent ? parent.ToString() : ZNodePath.Root;

    private static bool IsSequential(CreateMode mode) =>
        mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.PersistentSequentialWithTtl;

    private static NodeOwner OwnerOf(ZNodeCaller caller, CreateOperation create) => create.Mode switch
    {
        CreateMode.Ephemeral or CreateMode.EphemeralSequential => NodeOwner.OfSession(caller.Session),
        CreateMode.Container => NodeOwner.Container,
        CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl => NodeOwner.OfTtl(create.TtlMs),
        _ => NodeOwner.None,
    };

    // The list of servers has no version that counts: where the service writes it, it reads -1, as with ZooKeeper behind a reconfiguration.
    private static int VersionAfter(ZNodeCaller caller, string path, int version) =>
        path == ZNodePath.Config && caller.Identities.Contains(ZNodeCaller.Service.Identities[0]) ? -1 : unchecked(version + 1);

    private static bool Fits(int expected, int version) => expected == WriteOperation.AnyVersion || expected == version;

    private ZNodeReply NoNode(string path) => Refuse(ZNodeError.NoNode, $"{path} does not exist.");

    private ZNodeReply NoAuth(ZNodePermissions needed, string path) => Refuse(ZNodeError.NoAuth, $"The access control list of {path} does not give the caller the permission {needed}.");

    private ZNodeReply BadVersion(string path, int expected, int version) =>
        Refuse(ZNodeError.BadVersion, $"{path} has version {version}, not {expected}.");

    private ZNodeReply Refuse(ZNodeError error, string message) => ZNodeReply.Refused(error, message, LastZxid);
}
