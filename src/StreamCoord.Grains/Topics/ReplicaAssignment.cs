namespace StreamCoord.Grains.Topics;

/// <summary>Which nodes keep the copies of a topic's partitions. Pure.</summary>
internal static class ReplicaAssignment
{
    /// <summary>
    /// Gives each partition its nodes, the preferred leader first. The copies of a partition are on as many racks as there are, or as there are copies; within that every node has as many copies and leads as many partitions as
    /// any other, and shares partitions with all of them alike, so that these share its load when it is gone.
    /// </summary>
    /// <param name="nodes">The nodes that live, in any order.</param>
    /// <param name="count">How many partitions.</param>
    /// <param name="factor">How many copies of each; 1 up to the number of nodes.</param>
    /// <param name="start">Which node comes first: any number.</param>
    public static IReadOnlyList<IReadOnlyList<NodeId>> Make(IReadOnlyCollection<PlacedNode> nodes, int count, int factor, int start)
    {
        Invariant.Holds(factor >= 1 && factor <= nodes.Count);
        PlacedNode[] ring = [.. nodes.OrderBy(node => node.Node.Value)];
        int first = (int)((uint)start % ring.Length);
        var copies = new CopyBalance([.. ring[first..], .. ring[..first]]);
        int[][] placed = [.. Enumerable.Range(0, count).Select(_ => copies.Place(factor))];
        LeaderBalance.Level(placed, ring.Length);
        return [.. placed.Select(partition => partition.Select(place => copies.Nodes[place].Node).ToArray())];
    }
}
