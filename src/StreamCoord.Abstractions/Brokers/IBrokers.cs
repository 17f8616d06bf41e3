namespace StreamCoord.Brokers;

/// <summary>
/// The brokers of the cluster, as this silo has heard: who is registered in the tree and lives. Nothing here waits for anybody. Safe for concurrent use.
/// </summary>
public interface IBrokers
{
    /// <summary>Those that live, by their numbers. This silo is always among them.</summary>
    IReadOnlyList<LiveBroker> Alive { get; }

    /// <summary>The one that carries out what is asked of the cluster through the tree; null while there is none that lives. Whoever is asked serves what clients ask of a controller.</summary>
    NodeId? Controller { get; }

    /// <summary>The broker of a number; null when it does not live.</summary>
    LiveBroker? Find(NodeId node);
}
