namespace StreamCoord.Client;

/// <summary>Where a record is in the log.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Its offset there; <see cref="StreamCoord.Offset.None"/> where the producer's acks do not wait for one.</param>
/// <param name="TimestampMs">Its timestamp, which is the leader's where the topic asks for that. Milliseconds since 1970.</param>
public readonly record struct DeliveryReport(TopicPartition Partition, Offset Offset, long TimestampMs);
