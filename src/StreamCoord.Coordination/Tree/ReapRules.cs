namespace StreamCoord.Coordination.Tree;

/// <summary>When containers and TTL znodes are deleted.</summary>
internal static class ReapRules
{
    /// <summary>
    /// A container goes when its last child has gone; one that never had a child stays. A TTL znode goes when it has no children and its data was not set for longer
    /// than its TTL.
    /// </summary>
    public static bool IsDue(NodeOwner owner, int childCount, int cversion, long mtimeMs, long nowMs) =>
        childCount == 0 && ((owner.IsContainer && cversion > 0) || (owner.HasTtl && nowMs - mtimeMs > owner.TtlMs));
}
