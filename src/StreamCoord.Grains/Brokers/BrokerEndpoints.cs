namespace StreamCoord.Grains.Brokers;

/// <summary>Where a silo can be reached, as it is to stand in the tree. Immutable.</summary>
/// <param name="Host">The name or address that clients use.</param>
/// <param name="Listeners">What listens there.</param>
/// <param name="Rack">Where the machine stands; null when nobody has said.</param>
public sealed record BrokerEndpoints(string Host, IReadOnlyList<BrokerListener> Listeners, string? Rack);

/// <summary>One listener. Immutable.</summary>
/// <param name="Name">Its name in capitals, such as <c>HTTP</c>; no two of a silo have the same.</param>
/// <param name="SecurityProtocol">Kafka's word for how it is secured, such as <c>PLAINTEXT</c>.</param>
/// <param name="Address"><c>host:port</c>.</param>
public sealed record BrokerListener(string Name, string SecurityProtocol, string Address);
