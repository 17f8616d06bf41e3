using System.Globalization;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace StreamCoord.Grains.Cluster;

/// <summary>Each activation is on the node that its key begins with (<see cref="NodeKey"/>), which needs no grain directory.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.NodePlacement")]
internal sealed class NodePlacement : PlacementStrategy
{
    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;
}

/// <summary>Places a grain class by <see cref="NodePlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class NodePlacementAttribute() : PlacementAttribute(new NodePlacement());

/// <summary>Chooses the node that the key names.</summary>
internal sealed class NodePlacementDirector(IClusterNodes nodes) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        (NodeId node, string _) = NodeKey.Parse(target.GrainIdentity.Key.ToString()!);
        return nodes.Find(node) is { } silo
            ? Task.FromResult(silo)
            : Task.FromException<SiloAddress>(new SiloUnavailableException($"Node {node} does not live."));
    }
}

/// <summary>The key of a grain that belongs to a node: the node's number, '/', and what it is the grain of.</summary>
internal static class NodeKey
{
    /// <summary>Makes a key.</summary>
    public static string Of(NodeId node, string key) => string.Create(CultureInfo.InvariantCulture, $"{node.Value}/{key}");

    /// <summary>Takes a key apart.</summary>
    public static (NodeId Node, string Key) Parse(string text)
    {
        int at = text.IndexOf('/', StringComparison.Ordinal);
        return (new NodeId(int.Parse(text.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture)), text[(at + 1)..]);
    }
}
