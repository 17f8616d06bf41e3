namespace StreamCoord.Coordination.Tree;

/// <summary>What a znode needs that has, or had, children. Most of millions have none: it is apart, so that those do not pay for it. Guarded by the tree's gate.</summary>
internal sealed class Branch
{
    /// <summary>The children by name; null while there is none.</summary>
    public HashSet<ZNode>? Children { get; set; }

    /// <summary>How many znodes lie below.</summary>
    public int DescendantCount { get; set; }

    /// <summary>What changes of the children have counted.</summary>
    public ChildCounters Counters { get; set; }
}
