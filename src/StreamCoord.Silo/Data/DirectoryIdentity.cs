using System.Text.Json.Serialization;
using StreamCoord.Replication;

namespace StreamCoord.Silo.Data;

/// <summary>Whose data a data directory holds. Immutable.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="NodeId">The silo's number in it.</param>
/// <param name="Incarnation">Made anew with each data directory: a node whose disk was wiped is told from one that has its data.</param>
internal sealed record DirectoryIdentity(string ClusterId, int NodeId, Guid Incarnation)
{
    /// <summary>The copy of each partition that lies here.</summary>
    [JsonIgnore]
    public ReplicaId Replica => new(new NodeId(NodeId), new Incarnation(Incarnation));
}
