using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>What tests read.</summary>
internal static class Consumers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The next result, an end of a partition among them.</summary>
    public static ConsumeResult<TKey, TValue> Next<TKey, TValue>(this IConsumer<TKey, TValue> consumer) =>
        consumer.Consume(Limit) ?? throw new TimeoutException("Nothing came.");

    /// <summary>Reads until the ends of so many partitions.</summary>
    public static List<ConsumeResult<TKey, TValue>> ReadToEnd<TKey, TValue>(this IConsumer<TKey, TValue> consumer, int partitions = 1)
    {
        List<ConsumeResult<TKey, TValue>> results = [];
        while (partitions > 0)
        {
            ConsumeResult<TKey, TValue> result = consumer.Next();
            if (result.IsPartitionEOF)
            {
                partitions--;
            }
            else
            {
                results.Add(result);
            }
        }
        return results;
    }
}
