namespace StreamCoord.Replication;

/// <summary>A copy of a partition: the node that keeps it, and the life of the directory that it is kept in. In-sync sets are made of these.</summary>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">Its data directory.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ReplicaId")]
public readonly record struct ReplicaId([property: Id(0)] NodeId Node, [property: Id(1)] Incarnation Incarnation)
{
    /// <inheritdoc/>
    public override string ToString() => Node.ToString();
}
