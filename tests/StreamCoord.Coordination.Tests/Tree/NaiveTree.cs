using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Tree;

/// <summary>
/// What ZooKeeper's rules say, written down as plainly as possible: one operation after another on a dictionary of paths, copied whole for a multi. The model that the sequencer and the tree are
/// held against.
/// </summary>
internal sealed class NaiveTree
{
    private SortedDictionary<string, Node> _nodes = new(StringComparer.Ordinal)
    {
        ["/"] = new() { Acl = AclEntry.Open },
        ["/zookeeper"] = new() { Acl = AclEntry.Open },
        ["/zookeeper/quota"] = new() { Acl = AclEntry.Open },
        ["/zookeeper/config"] = new() { Acl = AclEntry.ReadOnly, Aversion = -1 },
    };

    private HashSet<long> _sessions = [];

    public IReadOnlyDictionary<string, Node> Nodes => _nodes;

    public IReadOnlySet<long> Sessions => _sessions;

    public Zxid Last { get; private set; }

    public static NaiveTree BeginningAt(Zxid last) => new() { Last = last };

    /// <summary>Goes on behind transactions that changed nothing here, such as the beginning of a term.</summary>
    public void SkipTo(Zxid last) => Last = last;

    public void OpenSession(SessionId session)
    {
        Last = Last.Next();
        _sessions.Add(session.Value);
    }

    /// <summary>Carries out an operation; the error, and the path for a creation.</summary>
    public (ZNodeError Error, string? Path) Execute(SessionId session, WriteOperation operation, long nowMs)
    {
        if (session != SessionId.None && !_sessions.Contains(session.Value) && operation is not CloseSessionOperation)
        {
            return (ZNodeError.SessionExpired, null);
        }
        (SortedDictionary<string, Node> nodes, HashSet<long> sessions) = (Copy(), [.. _sessions]);
        Zxid zxid = Last.Next();
        (ZNodeError Error, string? Path) result = operation is MultiOperation multi
            ? (multi.Operations.Select(one => Change(session, one, zxid, nowMs).Error).FirstOrDefault(error => error != ZNodeError.Ok), null)
            : Change(session, operation, zxid, nowMs);
        if (result.Error == ZNodeError.Ok)
        {
            Last = zxid;
        }
        else
        {
            (_nodes, _sessions) = (nodes, sessions);
        }
        return result;
    }

    public ZNodeStat StatOf(string path)
    {
        Node node = _nodes[path];
        int children = ChildrenOf(path).Count();
        return new ZNodeStat(
            node.Czxid, node.Mzxid, node.CtimeMs, node.MtimeMs, node.Version, node.Created + node.Deleted - Node.InitialChildren(path), node.Aversion,
            new SessionId(node.Session), node.Data?.Length ?? 0, children, node.Pzxid);
    }

    public IEnumerable<string> ChildrenOf(string path) => _nodes.Keys.Where(other => other != "/" && ParentOf(other) == path);

    private static string ParentOf(string path) => path.LastIndexOf('/') is var slash && slash <= 0 ? "/" : path[..slash];

    private (ZNodeError Error, string? Path) Change(SessionId session, WriteOperation operation, Zxid zxid, long nowMs)
    {
        switch (operation)
        {
            case CreateOperation create:
                return Create(session, create, zxid, nowMs);
            case DeleteOperation delete:
                if (delete.Path is "/" or "/zookeeper" or "/zookeeper/quota" or "/zookeeper/config")
                {
                    return (ZNodeError.BadArguments, null);
                }
                if (!_nodes.TryGetValue(delete.Path, out Node? doomed))
                {
                    return (ZNodeError.NoNode, null);
                }
                if (delete.ExpectedVersion != -1 && delete.ExpectedVersion != doomed.Version)
                {
                    return (ZNodeError.BadVersion, null);
                }
                return ChildrenOf(delete.Path).Any() ? (ZNodeError.NotEmpty, null) : Remove(delete.Path, zxid);
            case SetDataOperation set:
                if (!_nodes.TryGetValue(set.Path, out Node? target))
                {
                    return (ZNodeError.NoNode, null);
                }
                if (set.Path == "/zookeeper/config")
                {
                    return (ZNodeError.NoAuth, null);
                }
                if (set.ExpectedVersion != -1 && set.ExpectedVersion != target.Version)
                {
                    return (ZNodeError.BadVersion, null);
                }
                (target.Version, target.Mzxid, target.MtimeMs, target.Data) = (target.Version + 1, zxid, nowMs, set.Data?.ToArray());
                return (ZNodeError.Ok, null);
            case SetAclOperation set:
                if (!_nodes.TryGetValue(set.Path, out Node? owner))
                {
                    return (ZNodeError.NoNode, null);
                }
                if (set.Path == "/zookeeper/config")
                {
                    return (ZNodeError.NoAuth, null);
                }
                if (set.ExpectedVersion != -1 && set.ExpectedVersion != owner.Aversion)
                {
                    return (ZNodeError.BadVersion, null);
                }
                (owner.Aversion, owner.Acl) = (owner.Aversion + 1, set.Acl);
                return (ZNodeError.Ok, null);
            case CheckOperation check:
                return !_nodes.TryGetValue(check.Path, out Node? seen)
                    ? (ZNodeError.NoNode, null)
                    : (check.ExpectedVersion == -1 || check.ExpectedVersion == seen.Version ? ZNodeError.Ok : ZNodeError.BadVersion, null);
            case CloseSessionOperation close:
                if (!_sessions.Remove(close.Session.Value))
                {
                    return (ZNodeError.SessionExpired, null);
                }
                foreach (string path in _nodes.Where(pair => pair.Value.Session == close.Session.Value).Select(pair => pair.Key).ToArray())
                {
                    Remove(path, zxid);
                }
                return (ZNodeError.Ok, null);
            default:
                throw new InvalidOperationException($"The model does not know {operation}.");
        }
    }

    private (ZNodeError Error, string? Path) Create(SessionId session, CreateOperation create, Zxid zxid, long nowMs)
    {
        bool isEphemeral = create.Mode is CreateMode.Ephemeral or CreateMode.EphemeralSequential;
        string parentPath = ParentOf(create.Path);
        if (!_nodes.TryGetValue(parentPath, out Node? parent))
        {
            return (ZNodeError.NoNode, null);
        }
        if (parentPath == "/zookeeper/config")
        {
            return (ZNodeError.NoAuth, null);
        }
        string path = create.Mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.PersistentSequentialWithTtl
            ? create.Path + parent.Created.ToString("d10", System.Globalization.CultureInfo.InvariantCulture)
            : create.Path;
        if (_nodes.ContainsKey(path))
        {
            return (ZNodeError.NodeExists, null);
        }
        if (parent.Session != 0)
        {
            return (ZNodeError.NoChildrenForEphemerals, null);
        }
        _nodes[path] = new Node
        {
            Czxid = zxid,
            Mzxid = zxid,
            Pzxid = zxid,
            CtimeMs = nowMs,
            MtimeMs = nowMs,
            Session = isEphemeral ? session.Value : 0,
            Acl = create.Acl,
            Data = create.Data?.ToArray(),
        };
        (parent.Created, parent.Pzxid) = (parent.Created + 1, zxid);
        return (ZNodeError.Ok, path);
    }

    private (ZNodeError Error, string? Path) Remove(string path, Zxid zxid)
    {
        _nodes.Remove(path);
        Node parent = _nodes[ParentOf(path)];
        (parent.Deleted, parent.Pzxid) = (parent.Deleted + 1, zxid);
        return (ZNodeError.Ok, null);
    }

    private SortedDictionary<string, Node> Copy()
    {
        var copy = new SortedDictionary<string, Node>(StringComparer.Ordinal);
        foreach ((string path, Node node) in _nodes)
        {
            copy.Add(path, node with { });
        }
        return copy;
    }

    internal sealed record Node
    {
        public Zxid Czxid { get; set; }

        public Zxid Mzxid { get; set; }

        public Zxid Pzxid { get; set; }

        public long CtimeMs { get; set; }

        public long MtimeMs { get; set; }

        public int Version { get; set; }

        public int Aversion { get; set; }

        public int Created { get; set; }

        public int Deleted { get; set; }

        public long Session { get; set; }

        public required IReadOnlyList<AclEntry> Acl { get; set; }

        public byte[]? Data { get; set; }

        /// <summary>The initial znodes were never created, so their parents did not count them.</summary>
        public static int InitialChildren(string path) => path switch
        {
            "/" => 1,
            "/zookeeper" => 2,
            _ => 0,
        };
    }
}
