using StreamCoord.Coordination.Acls;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Watches;

/// <summary>
/// Whom a change of a znode is told, as ZooKeeper has it: each connection hears once of what happened to the znode, whatever watches it has on it and above it, and once
/// of the parent's children. An event that a connection may not see, for it cannot read the znode it is about, is dropped; its one-shot watch is spent all the same.
/// </summary>
/// <remarks>Not safe for concurrent use: the owner of the watches guards it. Keeps nothing between two calls.</remarks>
public sealed class WatchRules(IWatcherSets sets)
{
    /// <summary>The kinds that hear of the znode's own birth and data.</summary>
    private const WatchKinds OfData = WatchKinds.Data | WatchKinds.Persistent | WatchKinds.PersistentRecursive;

    /// <summary>The kinds that hear of the znode's children.</summary>
    private const WatchKinds OfChildren = WatchKinds.Children | WatchKinds.Persistent;

    private readonly List<WatcherSet> _above = [];

    /// <summary>A znode was created. Returns how many one-shot watches were spent.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="zxid">The transaction.</param>
    /// <param name="acl">Its access control list.</param>
    /// <param name="parentAcl">Its parent's.</param>
    public int Created(string path, Zxid zxid, IReadOnlyList<AclEntry> acl, IReadOnlyList<AclEntry> parentAcl) =>
        Tell(new(WatchEventType.Created, path, zxid), OfData, acl) + TellChildrenChanged(path, zxid, parentAcl);

    /// <summary>A znode was deleted. Returns how many one-shot watches were spent.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="zxid">The transaction.</param>
    /// <param name="acl">The access control list that it had.</param>
    /// <param name="parentAcl">Its parent's.</param>
    public int Deleted(string path, Zxid zxid, IReadOnlyList<AclEntry> acl, IReadOnlyList<AclEntry> parentAcl) =>
        Tell(new(WatchEventType.Deleted, path, zxid), WatcherSet.AllKinds, acl) + TellChildrenChanged(path, zxid, parentAcl);

    /// <summary>A znode's data was set. Returns how many one-shot watches were spent.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="zxid">The transaction.</param>
    /// <param name="acl">Its access control list.</param>
    public int DataChanged(string path, Zxid zxid, IReadOnlyList<AclEntry> acl) => Tell(new(WatchEventType.DataChanged, path, zxid), OfData, acl);

    private int Tell(WatchEvent watchEvent, WatchKinds kinds, IReadOnlyList<AclEntry> acl)
    {
        WatcherSet? own = sets.Find(watchEvent.Path);
        if (sets.HasRecursive)
        {
            TellAbove(watchEvent, own, kinds, acl);
        }
        if (own is null)
        {
            return 0;
        }
        var audience = new Readers(watchEvent, acl);
        return own.Fire(kinds, ref audience);
    }

    /// <summary>Tells the recursive watches of the ancestors, but for watchers that have a watch nearer to the znode that tells them.</summary>
    private void TellAbove(WatchEvent watchEvent, WatcherSet? own, WatchKinds kinds, IReadOnlyList<AclEntry> acl)
    {
        for (ReadOnlySpan<char> path = ZNodePath.ParentOf(watchEvent.Path); path.Length > 0; path = ZNodePath.ParentOf(path))
        {
            if (sets.Find(path) is { RecursiveCount: > 0 } set)
            {
                var audience = new ReadersNotBelow(watchEvent, acl, own, kinds, _above);
                set.Fire(WatchKinds.PersistentRecursive, ref audience);
                _above.Add(set);
            }
        }
        _above.Clear();
    }

    private int TellChildrenChanged(string childPath, Zxid zxid, IReadOnlyList<AclEntry> acl)
    {
        ReadOnlySpan<char> path = ZNodePath.ParentOf(childPath);
        if (sets.Find(path) is not { } set)
        {
            return 0;
        }
        var audience = new Readers(new WatchEvent(WatchEventType.ChildrenChanged, path.ToString(), zxid), acl);
        return set.Fire(OfChildren, ref audience);
    }

    private readonly struct Readers(WatchEvent watchEvent, IReadOnlyList<AclEntry> acl) : IAudience
    {
        public void Offer(IWatcher watcher)
        {
            if (AclRules.Allows(acl, ZNodePermissions.Read, watcher.Identities))
            {
                watcher.Notify(watchEvent);
            }
        }
    }

    private readonly struct ReadersNotBelow(WatchEvent watchEvent, IReadOnlyList<AclEntry> acl, WatcherSet? own, WatchKinds ownKinds, List<WatcherSet> nearer) : IAudience
    {
        private readonly Readers _readers = new(watchEvent, acl);

        public void Offer(IWatcher watcher)
        {
            if (own is not null && own.Has(watcher, ownKinds))
            {
                return;
            }
            foreach (WatcherSet set in nearer)
            {
                if (set.Has(watcher, WatchKinds.PersistentRecursive))
                {
                    return;
                }
            }
            _readers.Offer(watcher);
        }
    }
}
