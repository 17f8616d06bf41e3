namespace StreamCoord.Coordination.Tree;

/// <summary>
/// The tree as it will be when every transaction in flight is applied: the committed tree, and over it the znodes that those transactions touch. Owned by the
/// sequencer; used under the committed tree's gate.
/// </summary>
internal sealed class PendingTree(ZNodeTree committed)
{
    private readonly Dictionary<string, PendingNode> _nodes = [];
    private readonly Queue<(Zxid Zxid, string Path, PendingNode Node)> _touched = [];
    private readonly List<(string Path, PendingNode? Before)> _undo = [];
    private bool _isUndoable;

    public int Count => _nodes.Count;

    /// <summary>The znode as it will be; null when there will be none.</summary>
    public PendingNode? Find(string path)
    {
        if (_nodes.TryGetValue(path, out PendingNode? pending))
        {
            return pending.Exists ? pending : null;
        }
        return committed.Find(path) is { } node ? PendingNode.From(node) : null;
    }

    /// <summary>The paths of a znode that exists and of everything below it, parents before their children; null when they are more than so many.</summary>
    public List<string>? Subtree(string path, long countMax)
    {
        string below = path + "/";
        List<string> paths = [path];
        paths.AddRange(_nodes.Where(entry => entry.Value.Exists && entry.Key.StartsWith(below, StringComparison.Ordinal)).Select(entry => entry.Key));
        var open = new Stack<(ZNode Node, string Path)>();
        if (committed.Find(path) is { } top)
        {
            open.Push((top, path));
        }
        while (open.TryPop(out (ZNode Node, string Path) next))
        {
            foreach (ZNode child in next.Node.Children ?? Enumerable.Empty<ZNode>())
            {
                if (paths.Count > countMax)
                {
                    return null;
                }
                string childPath = $"{next.Path}/{child.Name}";
                open.Push((child, childPath));
                if (!_nodes.ContainsKey(childPath))
                {
                    paths.Add(childPath);
                }
            }
        }
        paths.Sort(static (one, other) => one.Length.CompareTo(other.Length));
        return paths.Count <= countMax ? paths : null;
    }

    /// <summary>The entry of a path, to be changed by a transaction.</summary>
    public PendingNode Touch(string path, PendingNode? found, Zxid zxid)
    {
        _nodes.TryGetValue(path, out PendingNode? before);
        if (_isUndoable)
        {
            _undo.Add((path, before?.Clone()));
        }
        PendingNode node = before ?? found ?? new PendingNode();
        node.LastZxid = zxid;
        _nodes[path] = node;
        _touched.Enqueue((zxid, path, node));
        return node;
    }

    /// <summary>Begins to remember what it takes to undo.</summary>
    public void BeginUndoable() => _isUndoable = true;

    /// <summary>Ends that, and undoes everything since unless the transaction is kept.</summary>
    public void EndUndoable(bool keep)
    {
        _isUndoable = false;
        for (int i = _undo.Count - 1; !keep && i >= 0; i--)
        {
            (string path, PendingNode? before) = _undo[i];
            if (before is null)
            {
                _nodes.Remove(path);
            }
            else
            {
                _nodes[path] = before;
                // The entry that stood for it in the queue is another object now.
                _touched.Enqueue((before.LastZxid, path, before));
            }
        }
        _undo.Clear();
    }

    /// <summary>Drops what the committed tree has by now.</summary>
    public void Forget(Zxid applied)
    {
        while (_touched.TryPeek(out (Zxid Zxid, string Path, PendingNode Node) oldest) && oldest.Zxid <= applied)
        {
            _touched.Dequeue();
            if (oldest.Node.LastZxid <= applied && _nodes.TryGetValue(oldest.Path, out PendingNode? current) && ReferenceEquals(current, oldest.Node))
            {
                _nodes.Remove(oldest.Path);
            }
        }
    }
}
