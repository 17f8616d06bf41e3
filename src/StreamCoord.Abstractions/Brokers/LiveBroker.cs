namespace StreamCoord.Brokers;

/// <summary>A broker that lives, as clients are told of it. Immutable.</summary>
/// <param name="NodeId">The broker's number.</param>
/// <param name="Host">The name or address at which clients of Kafka reach it.</param>
/// <param name="Port">The port at which they do.</param>
/// <param name="Rack">Where the machine stands; null when nobody has said.</param>
/// <param name="HttpAddress">Where clients of HTTP reach it, as host:port; null when that is not known yet.</param>
public sealed record LiveBroker(NodeId NodeId, string Host, int Port, string? Rack, string? HttpAddress);
