using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>What tests send.</summary>
internal static class Producers
{
    /// <summary>Sends one message, to the partition of its key, and waits for its delivery.</summary>
    public static Task<DeliveryResult<TKey, TValue>> SendAsync<TKey, TValue>(this IProducer<TKey, TValue> producer, string topic, Message<TKey, TValue> message) =>
        producer.ProduceAsync(topic, message, TestContext.Current.CancellationToken);

    /// <summary>Sends one message to a partition, and waits for its delivery.</summary>
    public static Task<DeliveryResult<TKey, TValue>> SendAsync<TKey, TValue>(this IProducer<TKey, TValue> producer, KafkaPartition partition, Message<TKey, TValue> message) =>
        producer.ProduceAsync(partition, message, TestContext.Current.CancellationToken);
}
