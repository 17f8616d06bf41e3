using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>A znode as it will be when every transaction in flight is applied. Used by the sequencer alone.</summary>
internal sealed class PendingNode
{
    public bool Exists { get; set; }

    public NodeImage Image { get; set; }

    public ChildCounters Counters { get; set; }

    public int ChildCount { get; set; }

    /// <summary>The newest transaction that touched it.</summary>
    public Zxid LastZxid { get; set; }

    public ZNodeStat Stat => StatRules.Report(Image, Counters, ChildCount);

    public static PendingNode From(ZNode? node) => node is null
        ? new PendingNode()
        : new PendingNode { Exists = true, Image = node.Image, Counters = node.Counters, ChildCount = node.ChildCount };

    public PendingNode Clone() => (PendingNode)MemberwiseClone();
}
