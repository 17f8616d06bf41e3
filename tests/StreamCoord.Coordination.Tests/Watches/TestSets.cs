using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Watches;

/// <summary>Watches by path, and the rules over them.</summary>
internal sealed class TestSets : IWatcherSets
{
    private readonly Dictionary<string, WatcherSet> _sets = [];

    public TestSets() => Rules = new WatchRules(this);

    public WatchRules Rules { get; }

    public bool HasRecursive => _sets.Values.Any(set => set.RecursiveCount > 0);

    public int Count => _sets.Values.Sum(set => set.Count);

    public WatcherSet this[string path]
    {
        get
        {
            if (!_sets.TryGetValue(path, out WatcherSet? set))
            {
                _sets.Add(path, set = new WatcherSet());
            }
            return set;
        }
    }

    public WatcherSet? Find(ReadOnlySpan<char> path) => _sets.TryGetValue(path.ToString(), out WatcherSet? set) && !set.IsEmpty ? set : null;

    public int Fire(WatchEventType mutation, string path, Zxid zxid, IReadOnlyList<AclEntry> acl, IReadOnlyList<AclEntry> parentAcl) => mutation switch
    {
        WatchEventType.Created => Rules.Created(path, zxid, acl, parentAcl),
        WatchEventType.Deleted => Rules.Deleted(path, zxid, acl, parentAcl),
        _ => Rules.DataChanged(path, zxid, acl),
    };
}
