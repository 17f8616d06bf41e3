namespace StreamCoord.Protocol.Kafka;

/// <summary>Bytes that are not a message of the version that they should be of. There is no answer to them but to close the connection.</summary>
public sealed class KafkaFormatException(string message) : Exception(message);
