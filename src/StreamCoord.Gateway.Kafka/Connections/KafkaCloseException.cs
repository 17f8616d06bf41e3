namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>The only answer that the protocol has is to close the connection.</summary>
internal sealed class KafkaCloseException(string message) : Exception(message);
