using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// References to the grains of the tree. What <see cref="IGrainFactory"/> finds out about an interface, by its attributes and anew at each call, is kept here: cold znodes are looked up by the ten thousand. One per silo; safe
/// for concurrent use.
/// </summary>
internal sealed class ZNodeGrains(IGrainFactory grains)
{
    private readonly Lazy<IZNodeTreeGrain> _sequencer = new(() => grains.GetGrain<IZNodeTreeGrain>(IZNodeTreeGrain.TreeName));
    private readonly Lazy<GrainReference> _root = new(() => (GrainReference)grains.GetGrain<IZNodeGrain>("/"));

    /// <summary>The sequencer.</summary>
    public IZNodeTreeGrain Sequencer => _sequencer.Value;

    /// <summary>The grain of a path.</summary>
    public IZNodeGrain Find(string path)
    {
        GrainReference root = _root.Value;
        return (IZNodeGrain)grains.GetGrain(GrainId.Create(root.GrainId.Type, path), root.InterfaceType);
    }
}
