namespace StreamCoord.Grains.Topics;

/// <summary>Which nodes keep the copies of a topic's partitions. Pure.</summary>
internal static class ReplicaAssignment
{
    /// <summary>
    /// Gives each partition its nodes, the preferred leader first: leaders go round, and the other copies of a node's partitions are spread over all others, so that these share its load when it is gone. (Kafka's rule, without racks.)
    /// </summary>
    /// <param name="nodes">The nodes that live, in any order.</param>
    /// <param name="count">How many partitions.</param>
    /// <param name="factor">How many copies of each; 1 up to the number of nodes.</param>
    /// <param name="start">Where to begin: any number.</param>
    public static IReadOnlyList<IReadOnlyList<NodeId>> Make(IReadOnlyCollection<NodeId> nodes, int count, int factor, int start)
    {
        Invariant.Holds(factor >= 1 && factor <= nodes.Count);
        NodeId[] ring = [.. nodes.OrderBy(node => node.Value)];
        var assignment = new IReadOnlyList<NodeId>[count];
        for (int partition = 0; partition < count; partition++)
        {
            long place = (long)(uint)start + partition;
            int leader = (int)(place % ring.Length);
            long shift = place / ring.Length;
            assignment[partition] = [ring[leader], .. Enumerable.Range(0, factor - 1).Select(i => ring[(int)((leader + 1 + ((shift + i) % (ring.Length - 1))) % ring.Length)])];
        }
        return assignment;
    }
}
