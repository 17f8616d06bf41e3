namespace StreamCoord.Grains.Topics;

/// <summary>A node that copies may be put on. Immutable.</summary>
/// <param name="Node">The node.</param>
/// <param name="Rack">Where its machine stands; null when nobody has said. All nodes of which nobody has said it count as one rack.</param>
internal readonly record struct PlacedNode(NodeId Node, string? Rack);
