using StreamCoord.Client.Producing;

namespace StreamCoord.Client;

/// <summary>The partitioners that Kafka's clients have.</summary>
public static class KeyPartitioners
{
    /// <summary>That of the Java client, and of every client with its default: murmur2 of the key. Null keys are spread batch by batch.</summary>
    public static IKeyPartitioner Murmur2 { get; } = new Murmur2Partitioner();

    /// <summary>That of librdkafka (<c>consistent_random</c>), and so of Confluent's clients for Python, Go and .NET unless they say otherwise: CRC-32 of the key. Null and empty keys are spread batch by batch.</summary>
    public static IKeyPartitioner Crc32 { get; } = new Crc32Partitioner();

    /// <summary>Does not look at keys: all records are spread batch by batch.</summary>
    public static IKeyPartitioner Sticky { get; } = new StickyPartitioner();

    /// <summary>Does not look at keys: each record goes to the partition after that of the one before. It makes small batches.</summary>
    public static IKeyPartitioner RoundRobin() => new RoundRobinPartitioner();
}
