using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// References to the grains of the tree. What <see cref="IGrainFactory"/> finds out about an interface, by its attributes and anew at each call, is kept here: cold znodes are looked up by the ten thousand. One per silo; safe
/// for concurrent use.
/// </summary>
internal sealed class ZNodeGrains(IGrainFactory grains, Leaders leaders)
{
    private volatile LocatedSequencer? _sequencer;
    private readonly Lazy<GrainReference> _root = new(() => (GrainReference)grains.GetGrain<IZNodeGrain>("/"));

    /// <summary>The sequencer, on the node that leads the tree's log.</summary>
    public IZNodeTreeGrain Sequencer
    {
        get
        {
            NodeId node = leaders.Of(InternalTopics.ZNodesId, 0);
            LocatedSequencer? located = _sequencer;
            if (located?.Node != node)
            {
                _sequencer = located = new LocatedSequencer(node, grains.GetGrain<IZNodeTreeGrain>(NodeKey.Of(node, IZNodeTreeGrain.TreeName)));
            }
            return located!.Grain;
        }
    }

    /// <summary>The grain of a path.</summary>
    public IZNodeGrain Find(string path)
    {
        GrainReference root = _root.Value;
        return (IZNodeGrain)grains.GetGrain(GrainId.Create(root.GrainId.Type, path), root.InterfaceType);
    }

    private sealed record LocatedSequencer(NodeId Node, IZNodeTreeGrain Grain);
}
