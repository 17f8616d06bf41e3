namespace StreamCoord.Gateway.Kafka;

/// <summary>What this silo tells clients about where it can be reached. Immutable.</summary>
/// <param name="NodeId">The broker's number.</param>
/// <param name="Host">The advertised name or address.</param>
/// <param name="Port">The advertised port.</param>
/// <param name="Rack">Where the machine stands; null when nobody has said.</param>
public sealed record KafkaListener(NodeId NodeId, string Host, int Port, string? Rack);
