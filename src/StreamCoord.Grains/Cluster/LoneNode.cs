using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>A silo without a database that others could share: it is the whole cluster. Immutable.</summary>
internal sealed class LoneNode(ClusterIdentity identity, ILocalSiloDetails silo) : IClusterNodes
{
    /// <inheritdoc/>
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public NodeId Self => identity.NodeId;

    /// <inheritdoc/>
    public IReadOnlySet<ReplicaId> Alive { get; } = new HashSet<ReplicaId> { identity.Replica };

    /// <inheritdoc/>
    public bool IsSettled => true;

    /// <inheritdoc/>
    public SiloAddress? Find(NodeId node) => node == identity.NodeId ? silo.SiloAddress : null;
}
