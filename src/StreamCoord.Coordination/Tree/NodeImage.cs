using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>What a znode's own record holds besides its data, in the words of Stat. The data's length is in bytes, -1 for null.</summary>
internal readonly record struct NodeImage(
    Zxid Czxid,
    Zxid Mzxid,
    long CtimeMs,
    long MtimeMs,
    int Version,
    int Aversion,
    NodeOwner Owner,
    IReadOnlyList<AclEntry> Acl,
    int DataLength)
{
    /// <summary>True when a transaction with this image has created the znode, and not set its data.</summary>
    public bool IsBirth(Zxid zxid) => Czxid == zxid && Version == 0;

    /// <summary>The image of a znode that a transaction creates.</summary>
    public static NodeImage Created(Zxid zxid, long nowMs, NodeOwner owner, IReadOnlyList<AclEntry> acl, int dataLength) =>
        new(zxid, zxid, nowMs, nowMs, 0, 0, owner, acl, dataLength);
}

/// <summary>What a znode remembers of its children: kept in a record of its own, so that a new child rewrites neither data nor lists.</summary>
/// <param name="Cversion">How many children were ever created. Clients see another number: see <see cref="StatRules"/>.</param>
/// <param name="Pzxid">The transaction that created or deleted a child last.</param>
internal readonly record struct ChildCounters(int Cversion, Zxid Pzxid);

/// <summary>How stored numbers become the Stat that clients see.</summary>
internal static class StatRules
{
    /// <summary>
    /// The Stat. Its cversion is the number of creations and deletions of children: twice the creations less the children that are there.
    /// </summary>
    public static ZNodeStat Report(in NodeImage image, in ChildCounters counters, int childCount) => new(
        image.Czxid,
        image.Mzxid,
        image.CtimeMs,
        image.MtimeMs,
        image.Version,
        unchecked((counters.Cversion * 2) - childCount),
        image.Aversion,
        image.Owner.Session,
        Math.Max(image.DataLength, 0),
        childCount,
        counters.Pzxid);
}
