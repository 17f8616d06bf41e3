using StreamCoord.Brokers;

namespace StreamCoord.Client;

/// <summary>The cluster at one moment. Immutable.</summary>
/// <param name="ClusterId">Its id.</param>
/// <param name="Controller">The silo that carries out what is asked of the cluster through the tree; null while there is none that lives.</param>
/// <param name="Brokers">The silos that live, by their numbers.</param>
public sealed record ClusterDescription(string ClusterId, NodeId? Controller, IReadOnlyList<LiveBroker> Brokers);
