using StreamCoord.Replication;

namespace StreamCoord;

/// <summary>Who this silo is. Registered once in each silo's services.</summary>
/// <param name="ClusterId">The cluster's id: 22 characters of URL-safe base64, as Kafka's.</param>
/// <param name="NodeId">This silo's number.</param>
/// <param name="Incarnation">Its data directory.</param>
public sealed record ClusterIdentity(string ClusterId, NodeId NodeId, Incarnation Incarnation)
{
    /// <summary>The copy of each partition that this silo keeps.</summary>
    public ReplicaId Replica => new(NodeId, Incarnation);
}
