using System.Text;
using StreamCoord.Coordination.Quotas;
using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// The committed tree, without the data: what the transactions of the log have made of it, up to <see cref="Applied"/>. It follows the log's records, which are
/// after-images, so applying one twice changes nothing; and it tells the watchers of this silo.
/// </summary>
/// <remarks>
/// Everything in it is guarded by <see cref="Gate"/>: a whole batch is applied under it, so whoever holds it sees a state between two transactions, with every event
/// up to <see cref="Applied"/> handed to its watcher. Nothing in here waits, so the gate is never held for long. It is memory only: durable is the log.
/// </remarks>
public sealed class ZNodeTree : IWatcherSets
{
    private readonly ZNode _root = new("", null) { IsKnown = true };
    private readonly Dictionary<string, ZNodeProjection> _projections = [];
    private readonly Dictionary<string, ZNodeProjection>.AlternateLookup<ReadOnlySpan<char>> _projectionsBySpan;
    private readonly Dictionary<SessionId, int> _sessions = [];
    private readonly Dictionary<SessionId, HashSet<ZNode>> _ephemerals = [];
    private readonly HashSet<ZNode> _reapable = [];
    private readonly HashSet<ZNodeProjection> _pinned = [];
    private readonly WatchRules _watches;
    private char[] _path = new char[256];
    private long _applied;
    private Zxid _applying;
    private int _recursiveWatchCount;
    private bool _isLoaded;
    private long _dataBytes = ZNodePath.Root.Length;

    /// <summary>The tree that every ZooKeeper begins with.</summary>
    public ZNodeTree()
    {
        _projectionsBySpan = _projections.GetAlternateLookup<ReadOnlySpan<char>>();
        _watches = new WatchRules(this);
        _root.Image = InitialImage(AclEntry.Open, 0, 0);
        Slots.Add(_root);
        AddInitial("/zookeeper", AclEntry.Open, 0);
        AddInitial("/zookeeper/quota", AclEntry.Open, 0);
        AddInitial("/zookeeper/config", AclEntry.ReadOnly, -1);
    }

    /// <summary>Guards the tree and everything that hangs on it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The newest transaction in the tree.</summary>
    public Zxid Applied
    {
        get => new(Volatile.Read(ref _applied));
        private set => Volatile.Write(ref _applied, value.Value);
    }

    /// <summary>The offset in the log behind the newest transaction.</summary>
    public Offset NextOffset { get; private set; } = Offset.Zero;

    /// <summary>How many znodes there are.</summary>
    public int NodeCount => Slots.Count;

    /// <summary>Characters of all paths and bytes of all data, as ZooKeeper counts them (<c>zk_approximate_data_size</c>).</summary>
    public long DataBytes => _dataBytes;

    /// <summary>How many ephemeral znodes there are.</summary>
    public int EphemeralCount => _ephemerals.Values.Sum(nodes => nodes.Count);

    /// <summary>How many watches the connections of this silo have.</summary>
    public int WatchCount => _pinned.Sum(projection => projection.Watchers.Count);

    /// <summary>Who watches a znode itself, and not its children alone.</summary>
    public IEnumerable<DataWatch> DataWatches =>
        _pinned.SelectMany(projection => projection.Watchers.Having(WatcherSet.AllKinds & ~WatchKinds.Children).Select(watcher => new DataWatch(projection.Path, watcher.Session)));

    /// <summary>The sessions that live, with their timeouts in milliseconds.</summary>
    public IReadOnlyDictionary<SessionId, int> Sessions => _sessions;

    /// <summary>What session passwords are made with; null before the first term.</summary>
    public byte[]? Secret { get; internal set; }

    /// <inheritdoc/>
    bool IWatcherSets.HasRecursive => _recursiveWatchCount > 0;

    internal NodeSlots Slots { get; } = new();

    internal AclTable Acls { get; } = new();

    internal QuotaTable Quotas { get; } = new();

    internal ZNode Root => _root;

    /// <summary>Applies one record of the log. The batch's first record tells its zxid; <see cref="CompleteBatch"/> ends the batch.</summary>
    /// <exception cref="TreeFormatException">The record is not one of ours.</exception>
    public void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isTombstone, Offset offset)
    {
        if (key.Length < 2 || key[1] != (byte)':')
        {
            throw new TreeFormatException("A record of the znode tree has a key that this build does not know.");
        }
        switch ((TreeRecordKind)key[0])
        {
            case TreeRecordKind.Zxid:
                _applying = TreeRecordCodec.ReadZxid(value);
                break;
            case TreeRecordKind.Node when isTombstone:
                RemoveNode(DecodePath(key));
                break;
            case TreeRecordKind.Node:
                ApplyNode(DecodePath(key), value, offset);
                break;
            case TreeRecordKind.Acl:
                ApplyAcl(DecodePath(key), value, isTombstone);
                break;
            case TreeRecordKind.Counters:
                ApplyCounters(DecodePath(key), value, isTombstone);
                break;
            case TreeRecordKind.Session:
                ApplySession(TreeRecordCodec.ReadSessionKey(key), value, isTombstone);
                break;
            case TreeRecordKind.Secret:
                Secret = value.ToArray();
                break;
            default:
                throw new TreeFormatException($"A record of the znode tree has a key of kind '{(char)key[0]}', which this build does not know.");
        }
    }

    /// <summary>Ends a batch: what it changed is visible as soon as the gate is left.</summary>
    public void CompleteBatch(Offset nextOffset)
    {
        NextOffset = nextOffset;
        Applied = Zxid.Max(Applied, _applying);
    }

    /// <summary>
    /// Ends the loading: from now on each batch is a transaction that follows the last one. Quotas are counted, for the records that were read may have been old and new
    /// ones mixed.
    /// </summary>
    /// <exception cref="TreeFormatException">The log and the checkpoint do not fit together.</exception>
    public void CompleteLoad()
    {
        for (int slot = 0; slot < Slots.End; slot++)
        {
            if (Slots[slot] is { IsKnown: false } orphan)
            {
                throw new TreeFormatException($"The log of the znode tree has children of {orphan.Path} but not the znode itself.");
            }
        }
        Quotas.Recount(Measure);
        _isLoaded = true;
    }

    /// <summary>Makes the projection of a path, or returns the one that is there.</summary>
    public ZNodeProjection Project(string path)
    {
        if (!_projections.TryGetValue(path, out ZNodeProjection? projection))
        {
            projection = new ZNodeProjection(path);
            _projections.Add(path, projection);
        }
        return projection;
    }

    /// <summary>The projection of a path, or null.</summary>
    public ZNodeProjection? FindProjection(string path) => _projections.GetValueOrDefault(path);

    /// <summary>Drops a projection, unless it has watches: then it stays, and false is returned.</summary>
    public bool TryDrop(ZNodeProjection projection)
    {
        if (!projection.Watchers.IsEmpty)
        {
            return false;
        }
        _projections.Remove(projection.Path);
        return true;
    }

    /// <summary>Containers without children that had some, and TTL znodes without children whose time is over.</summary>
    public IReadOnlyList<string> FindReapable(long nowMs, int countMax)
    {
        return [.. _reapable.Where(node => ReapRules.IsDue(node.Owner, node.ChildCount, node.Counters.Cversion, node.MtimeMs, nowMs)).Take(countMax).Select(node => node.Path)];
    }

    /// <summary>Arms watches in a projection.</summary>
    public void Arm(ZNodeProjection projection, IWatcher watcher, WatchKinds kinds)
    {
        _recursiveWatchCount -= projection.Watchers.RecursiveCount;
        projection.Watchers.Arm(watcher, kinds);
        _recursiveWatchCount += projection.Watchers.RecursiveCount;
        _pinned.Add(projection);
    }

    /// <summary>Removes watches of a watcher from a path; false when it had none of these kinds there.</summary>
    public bool Disarm(string path, IWatcher watcher, WatchKinds kinds)
    {
        if (FindProjection(path) is not { } projection)
        {
            return false;
        }
        _recursiveWatchCount -= projection.Watchers.RecursiveCount;
        bool removed = projection.Watchers.Remove(watcher, kinds);
        _recursiveWatchCount += projection.Watchers.RecursiveCount;
        return removed;
    }

    /// <summary>True when a watcher has a watch of any of these kinds on a path.</summary>
    public bool HasWatch(string path, IWatcher watcher, WatchKinds kinds) => FindProjection(path) is { } projection && projection.Watchers.Has(watcher, kinds);

    /// <summary>The Stat of a znode, or null.</summary>
    public ZNodeStat? FindStat(string path) => Find(path)?.Stat;

    /// <summary>Paths whose activation is kept for watches that are gone; they are told once.</summary>
    public IReadOnlyList<string> TakeUnwatched()
    {
        ZNodeProjection[] unwatched = [.. _pinned.Where(projection => projection.Watchers.IsEmpty)];
        _pinned.ExceptWith(unwatched);
        return [.. unwatched.Select(projection => projection.Path)];
    }

    /// <summary>True when there is a znode whose data is in the log only, and nobody is about to read it from there.</summary>
    public bool LacksData(string path) => FindProjection(path) is null && Find(path) is { } node && node.DataOffset != Offset.None;

    /// <summary>The record of the log that holds the znode's data, when the projection does not have it; else <see cref="Offset.None"/>.</summary>
    public Offset FindMissingData(ZNodeProjection projection) =>
        Find(projection.Path) is { } node && !projection.TryGetData(node, out _) ? node.DataOffset : Offset.None;

    /// <summary>Takes over the value of a record that was read from the log; false when a newer transaction has made it worthless.</summary>
    public bool TryProvide(ZNodeProjection projection, Offset dataOffset, ReadOnlySpan<byte> value)
    {
        if (Find(projection.Path)?.DataOffset != dataOffset)
        {
            return false;
        }
        projection.SetData(dataOffset, TreeRecordCodec.ReadData(value));
        return true;
    }

    /// <inheritdoc/>
    WatcherSet? IWatcherSets.Find(ReadOnlySpan<char> path) =>
        _projectionsBySpan.TryGetValue(path, out ZNodeProjection? projection) && !projection.Watchers.IsEmpty ? projection.Watchers : null;

    /// <summary>What the statistics node of a quota holds; null for every other path.</summary>
    internal byte[]? UsageTextAt(string path) =>
        !Quotas.IsEmpty && QuotaPaths.PrefixOfStats(path) is { } prefix && Quotas.Find(prefix) is { } quota && quota.Path == prefix
            ? Encoding.ASCII.GetBytes(quota.Usage.Format())
            : null;

    internal ZNode? Find(ReadOnlySpan<char> path)
    {
        if (path is [_, .., '/'])
        {
            return null; // Only the root ends with a slash: "/a/" is another name than "/a", and nobody has it.
        }
        ZNode? node = _root;
        while (path.Length > 1 && node is not null)
        {
            path = path[1..];
            int end = path.IndexOf('/');
            ReadOnlySpan<char> name = end < 0 ? path : path[..end];
            node = ChildOf(node, name);
            path = end < 0 ? default : path[end..];
        }
        return node;
    }

    /// <summary>The ephemeral znodes of a session.</summary>
    public IEnumerable<string> EphemeralPathsOf(SessionId session) => EphemeralsOf(session).Select(node => node.Path);

    internal IReadOnlyCollection<ZNode> EphemeralsOf(SessionId session) => _ephemerals.TryGetValue(session, out HashSet<ZNode>? nodes) ? nodes : [];

    /// <summary>Puts a znode of a checkpoint in its place.</summary>
    internal ZNode Load(ReadOnlySpan<char> path, in NodeImage image, in ChildCounters counters, Offset dataOffset)
    {
        ZNode node = FindOrAdd(path);
        SetImage(node, image);
        node.Counters = counters;
        node.DataOffset = dataOffset;
        return node;
    }

    internal void LoadSession(SessionId session, int timeoutMs) => _sessions[session] = timeoutMs;

    internal void LoadPosition(Zxid zxid, Offset nextOffset) => (_applying, Applied, NextOffset) = (zxid, zxid, nextOffset);

    /// <summary>Znodes and bytes at and below a path, for its quota.</summary>
    internal QuotaUsage Measure(string path)
    {
        long count = 0;
        long bytes = 0;
        var open = new Stack<ZNode>();
        if (Find(path) is { } top)
        {
            open.Push(top);
        }
        while (open.TryPop(out ZNode? node))
        {
            count++;
            bytes += Math.Max(node.Image.DataLength, 0);
            foreach (ZNode child in node.Children ?? Enumerable.Empty<ZNode>())
            {
                open.Push(child);
            }
        }
        return new QuotaUsage(count, bytes);
    }

    private static ZNode? ChildOf(ZNode parent, ReadOnlySpan<char> name) =>
        parent.Children is { } children ? ChildNames.Find(children, name) : null;

    private static NodeImage InitialImage(IReadOnlyList<AclEntry> acl, int aversion, int dataLength) =>
        new(Zxid.Zero, Zxid.Zero, 0, 0, 0, aversion, NodeOwner.None, acl, dataLength);

    private void AddInitial(string path, IReadOnlyList<AclEntry> acl, int aversion) => FindOrAdd(path).Image = InitialImage(acl, aversion, 0);

    private ReadOnlySpan<char> DecodePath(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> bytes = key[2..];
        if (_path.Length < bytes.Length)
        {
            _path = new char[bytes.Length * 2];
        }
        ReadOnlySpan<char> path = _path.AsSpan(0, Encoding.UTF8.GetChars(bytes, _path));
        return path is ['/', ..] ? path : throw new TreeFormatException("A record of the znode tree has a key without a path.");
    }

    private void ApplyNode(ReadOnlySpan<char> path, ReadOnlySpan<byte> value, Offset offset)
    {
        NodeImage image = TreeRecordCodec.ReadNode(value, Acls, out ReadOnlySpan<byte> data);
        ZNode node = FindOrAdd(path);
        int lengthBefore = Math.Max(node.Image.DataLength, 0);
        bool isNew = image.IsBirth(_applying);
        SetImage(node, image);
        node.DataOffset = offset;
        if (_projections.Count > 0 && _projectionsBySpan.TryGetValue(path, out ZNodeProjection? projection))
        {
            projection.SetData(offset, image.DataLength < 0 ? null : data.ToArray());
        }
        if (!_isLoaded)
        {
            NoteQuotaLimits(path, data);
            return;
        }
        CountQuota(path, isNew ? 1 : 0, data.Length - (isNew ? 0 : lengthBefore));
        NoteQuotaLimits(path, data);
        if (HasWatchers(path, node.Parent))
        {
            Announce(path.ToString(), node, isNew);
        }
    }

    private void Announce(string path, ZNode node, bool isNew)
    {
        if (isNew)
        {
            _watches.Created(path, _applying, node.Acl, node.Parent!.Acl);
        }
        else if (node.Image.Mzxid == _applying)
        {
            _watches.DataChanged(path, _applying, node.Acl);
        }
    }

    private bool HasWatchers(ReadOnlySpan<char> path, ZNode? parent) =>
        _projections.Count > 0 && (_recursiveWatchCount > 0 || IsWatched(path) || (parent is not null && IsWatched(ZNodePath.ParentOf(path))));

    private bool IsWatched(ReadOnlySpan<char> path) =>
        _projectionsBySpan.TryGetValue(path, out ZNodeProjection? projection) && !projection.Watchers.IsEmpty;

    private void ApplyAcl(ReadOnlySpan<char> path, ReadOnlySpan<byte> value, bool isTombstone)
    {
        // A tombstone goes with the znode's own, which may come before or after it.
        if (!isTombstone && Find(path) is { } node)
        {
            (IReadOnlyList<AclEntry> acl, int aversion) = TreeRecordCodec.ReadAcl(value, Acls);
            (node.Acl, node.Aversion) = (acl, aversion);
        }
    }

    private void ApplyCounters(ReadOnlySpan<char> path, ReadOnlySpan<byte> value, bool isTombstone)
    {
        if (isTombstone)
        {
            return;
        }
        ZNode node = FindOrAdd(path, isKnown: false);
        node.Counters = TreeRecordCodec.ReadCounters(value);
    }

    private void ApplySession(SessionId session, ReadOnlySpan<byte> value, bool isTombstone)
    {
        if (isTombstone)
        {
            _sessions.Remove(session);
        }
        else
        {
            _sessions[session] = TreeRecordCodec.ReadSession(value);
        }
    }

    private void SetImage(ZNode node, in NodeImage image)
    {
        if (node.Owner != image.Owner)
        {
            Unown(node);
            if (image.Owner.IsEphemeral)
            {
                if (!_ephemerals.TryGetValue(image.Owner.Session, out HashSet<ZNode>? own))
                {
                    _ephemerals.Add(image.Owner.Session, own = []);
                }
                own.Add(node);
            }
            else if (image.Owner != NodeOwner.None)
            {
                _reapable.Add(node);
            }
        }
        bool isBirth = !node.IsKnown || node.Image.Czxid != image.Czxid;
        _dataBytes += Math.Max(image.DataLength, 0) - Math.Max(node.Image.DataLength, 0);
        node.IsKnown = true;
        node.Image = image;
        if (isBirth && node.Counters.Pzxid < image.Czxid)
        {
            node.Counters = new ChildCounters(0, image.Czxid);
        }
    }

    private void Unown(ZNode node)
    {
        if (node.Owner.IsEphemeral)
        {
            if (_ephemerals.TryGetValue(node.Owner.Session, out HashSet<ZNode>? own) && own.Remove(node) && own.Count == 0)
            {
                _ephemerals.Remove(node.Owner.Session);
            }
        }
        else if (node.Owner != NodeOwner.None)
        {
            _reapable.Remove(node);
        }
    }

    private ZNode FindOrAdd(ReadOnlySpan<char> path, bool isKnown = true)
    {
        ZNode node = _root;
        while (path.Length > 1)
        {
            path = path[1..];
            int end = path.IndexOf('/');
            ReadOnlySpan<char> name = end < 0 ? path : path[..end];
            node = ChildOf(node, name) ?? Add(node, name.ToString());
            path = end < 0 ? default : path[end..];
        }
        node.IsKnown |= isKnown;
        return node;
    }

    private ZNode Add(ZNode parent, string name)
    {
        var node = new ZNode(name, parent);
        (parent.Children ??= ChildNames.NewSet()).Add(node);
        Slots.Add(node);
        int pathLength = name.Length;
        for (ZNode? ancestor = parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            ancestor.DescendantCount++;
            pathLength += 1 + ancestor.Name.Length;
        }
        _dataBytes += pathLength;
        return node;
    }

    private void RemoveNode(ReadOnlySpan<char> path)
    {
        if (Find(path) is not { Parent: { } parent } node)
        {
            return;
        }
        int length = Math.Max(node.Image.DataLength, 0);
        for (ZNode? ancestor = parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            ancestor.DescendantCount -= 1 + node.DescendantCount;
        }
        parent.Children!.Remove(node);
        if (parent.Children.Count == 0)
        {
            parent.Children = null;
        }
        Forget(node, path.Length);
        if (_projections.Count > 0 && _projectionsBySpan.TryGetValue(path, out ZNodeProjection? projection))
        {
            projection.SetData(Offset.None, null);
        }
        Quotas.Remove(QuotaPaths.PrefixOfLimits(path));
        if (_isLoaded)
        {
            CountQuota(path, -1, -length);
            if (HasWatchers(path, parent))
            {
                _watches.Deleted(path.ToString(), _applying, node.Acl, parent.Acl);
            }
        }
    }

    // While old and new records are mixed, at loading, a znode that is deleted may have children of its next life; their records come again.
    private void Forget(ZNode node, int pathLength)
    {
        foreach (ZNode child in node.Children ?? Enumerable.Empty<ZNode>())
        {
            Forget(child, pathLength + 1 + child.Name.Length);
        }
        _dataBytes -= pathLength + Math.Max(node.Image.DataLength, 0);
        Unown(node);
        Slots.Remove(node);
        node.Parent = null;
    }

    private void CountQuota(ReadOnlySpan<char> path, int countDelta, int bytesDelta)
    {
        if (!Quotas.IsEmpty)
        {
            Quotas.Add(path, countDelta, bytesDelta);
        }
    }

    private void NoteQuotaLimits(ReadOnlySpan<char> path, ReadOnlySpan<byte> data)
    {
        if (QuotaPaths.PrefixOfLimits(path) is { } prefix)
        {
            QuotaLimits limits = QuotaLimits.Parse(data);
            Quotas.Set(prefix, limits, _isLoaded ? Measure(prefix) : new QuotaUsage(0, 0));
        }
    }
}
