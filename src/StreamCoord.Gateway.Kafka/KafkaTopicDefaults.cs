namespace StreamCoord.Gateway.Kafka;

/// <summary>How topics come to be that do not say it themselves, as admin clients are told. Immutable.</summary>
/// <param name="Partitions">The partition count (Kafka's <c>num.partitions</c>).</param>
/// <param name="ReplicationFactor">The copies of each partition (Kafka's <c>default.replication.factor</c>).</param>
/// <param name="AutoCreate">Whether a topic is created when it is asked for (Kafka's <c>auto.create.topics.enable</c>).</param>
public sealed record KafkaTopicDefaults(int Partitions, short ReplicationFactor, bool AutoCreate);
