namespace StreamCoord;

/// <summary>Who this silo is. Registered once in each silo's services.</summary>
/// <param name="ClusterId">The cluster's id: 22 characters of URL-safe base64, as Kafka's.</param>
/// <param name="NodeId">This silo's number.</param>
public sealed record ClusterIdentity(string ClusterId, NodeId NodeId);
