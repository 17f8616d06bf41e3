using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>The nodes of the cluster that live, as this silo has heard. Safe for concurrent use.</summary>
internal interface IClusterNodes
{
    /// <summary>Raised after <see cref="Alive"/> has changed. Whoever hears it must return at once.</summary>
    event Action? Changed;

    /// <summary>This node.</summary>
    NodeId Self { get; }

    /// <summary>Who lives, this node among them, and which life of its data directory that is.</summary>
    IReadOnlySet<ReplicaId> Alive { get; }

    /// <summary>False for a moment after this node has come: of nodes that start with it, as after a power failure, it cannot be told yet whether they live.</summary>
    bool IsSettled { get; }

    /// <summary>Where a node is reached; null when it does not live.</summary>
    SiloAddress? Find(NodeId node);
}
