using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>
/// What one client must be told, by ZooKeeper's fire table and nothing else: it walks along the log, knows when which watch was armed, and says which events are due. Watches are written down as the
/// plainest sets.
/// </summary>
internal sealed class WatchOracle(IReadOnlyList<LogTransaction> log)
{
    private const WatchKinds OneShot = WatchKinds.Data | WatchKinds.Children;

    private readonly Dictionary<string, WatchKinds> _armed = [];
    private readonly Dictionary<string, (Zxid Mzxid, Zxid Pzxid)> _nodes = new() { ["/"] = default };
    private int _next;

    /// <summary>The events that are due up to a transaction, in order.</summary>
    public List<WatchEvent> AdvanceTo(Zxid zxid)
    {
        List<WatchEvent> due = [];
        for (; _next < log.Count && log[_next].Zxid <= zxid; _next++)
        {
            foreach ((WatchEventType type, string path, _) in log[_next].Changes)
            {
                Change(type, path, log[_next].Zxid, due);
            }
        }
        return due;
    }

    public void Arm(string path, WatchKinds kinds) => _armed[path] = KindsAt(path) | kinds;

    public bool Disarm(string path, WatchKinds kinds)
    {
        bool had = (KindsAt(path) & kinds) != 0;
        _armed[path] = KindsAt(path) & ~kinds;
        return had;
    }

    /// <summary>The connection is gone, and its watches with it.</summary>
    public void DisarmAll() => _armed.Clear();

    /// <summary>The newest transaction that set the znode's data; null when there is no such znode now.</summary>
    public Zxid? MzxidOf(string path) => _nodes.TryGetValue(path, out (Zxid Mzxid, Zxid Pzxid) node) ? node.Mzxid : null;

    /// <summary>What a client that comes back is told at once, and what is armed for it.</summary>
    public List<WatchEvent> Replay(WatchReplay replay, Zxid now)
    {
        List<WatchEvent> due = [];
        foreach (string path in replay.Data)
        {
            ArmOrTell(path, WatchKinds.Data, !_nodes.TryGetValue(path, out var node) ? WatchEventType.Deleted : node.Mzxid > replay.SeenZxid ? WatchEventType.DataChanged : null);
        }
        foreach (string path in replay.Exist)
        {
            ArmOrTell(path, WatchKinds.Data, _nodes.ContainsKey(path) ? WatchEventType.Created : null);
        }
        foreach (string path in replay.Children)
        {
            ArmOrTell(path, WatchKinds.Children, !_nodes.TryGetValue(path, out var node) ? WatchEventType.Deleted : node.Pzxid > replay.SeenZxid ? WatchEventType.ChildrenChanged : null);
        }
        foreach (string path in replay.Persistent)
        {
            Arm(path, WatchKinds.Persistent);
        }
        foreach (string path in replay.PersistentRecursive)
        {
            Arm(path, WatchKinds.PersistentRecursive);
        }
        return due;

        void ArmOrTell(string path, WatchKinds kind, WatchEventType? type)
        {
            if (type is { } told)
            {
                due.Add(new WatchEvent(told, path, now));
            }
            else
            {
                Arm(path, kind);
            }
        }
    }

    public static string ParentOf(string path) => path.LastIndexOf('/') is var slash && slash <= 0 ? "/" : path[..slash];

    private void Change(WatchEventType type, string path, Zxid zxid, List<WatchEvent> due)
    {
        string parent = ParentOf(path);
        WatchKinds hearing = type == WatchEventType.Deleted ? OneShot | WatchKinds.Persistent | WatchKinds.PersistentRecursive : WatchKinds.Data | WatchKinds.Persistent | WatchKinds.PersistentRecursive;
        if ((KindsAt(path) & hearing) != 0 || HasRecursiveAbove(path))
        {
            due.Add(new WatchEvent(type, path, zxid));
        }
        Disarm(path, hearing & OneShot);
        if (type == WatchEventType.DataChanged)
        {
            _nodes[path] = (zxid, _nodes[path].Pzxid);
            return;
        }
        if ((KindsAt(parent) & (WatchKinds.Children | WatchKinds.Persistent)) != 0)
        {
            due.Add(new WatchEvent(WatchEventType.ChildrenChanged, parent, zxid));
        }
        Disarm(parent, WatchKinds.Children);
        if (type == WatchEventType.Created)
        {
            _nodes[path] = (zxid, zxid);
        }
        else
        {
            _nodes.Remove(path);
        }
        if (_nodes.TryGetValue(parent, out (Zxid Mzxid, Zxid Pzxid) node))
        {
            _nodes[parent] = (node.Mzxid, zxid);
        }
    }

    private bool HasRecursiveAbove(string path)
    {
        for (string at = path; at != "/";)
        {
            at = ParentOf(at);
            if (KindsAt(at).HasFlag(WatchKinds.PersistentRecursive))
            {
                return true;
            }
        }
        return false;
    }

    private WatchKinds KindsAt(string path) => _armed.GetValueOrDefault(path);
}
