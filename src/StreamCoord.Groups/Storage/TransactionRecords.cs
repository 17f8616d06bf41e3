using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Groups.Storage;

/// <summary>
/// Keys and values of <c>__transaction_state</c> as Apache Kafka writes them (TransactionLogKey 0, TransactionLogValue 1), because Kafka's tools read that topic. The layout is from memory. Version 0 is read too. Pure.
/// </summary>
public static class TransactionRecords
{
    private const short KeyVersion = 0;
    private const short OldValueVersion = 0;
    private const short ValueVersion = 1;
    private const uint PreviousProducerIdTag = 0;
    private const uint NextProducerIdTag = 1;
    private const uint ClientVersionTag = 2;
    private const short ClientRaisesEpoch = 2;

    /// <summary>The key of a transactional id.</summary>
    public static byte[] Key(string transactionalId)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(KeyVersion);
        writer.String(transactionalId);
        return writer.ToArray();
    }

    /// <summary>Reads a key; null for one of a kind that this build does not know, which is to be passed over.</summary>
    /// <exception cref="GroupFormatException">The key is malformed.</exception>
    public static string? ReadKey(ReadOnlySpan<byte> key)
    {
        var reader = new RecordSpanReader(key);
        return reader.Int16() == KeyVersion ? reader.String() : null;
    }

    /// <summary>What is durable of a transactional id.</summary>
    public static byte[] Value(TransactionImage image)
    {
        var writer = new FlexibleBytesWriter();
        writer.Int16(ValueVersion);
        writer.Int64(image.ProducerId);
        writer.Int16(image.ProducerEpoch);
        writer.Int32(image.TimeoutMs);
        writer.Int8((sbyte)image.State);
        WritePartitions(writer, image.Partitions);
        writer.Int64(image.UpdatedMs);
        writer.Int64(image.StartedMs);
        WriteTags(writer, image);
        return writer.ToArray();
    }

    /// <summary>Reads what is durable of a transactional id.</summary>
    /// <exception cref="GroupFormatException">It is malformed or newer.</exception>
    public static TransactionImage ReadValue(ReadOnlySpan<byte> value)
    {
        var reader = new FlexibleSpanReader(value);
        short version = reader.Int16();
        if (version is not (OldValueVersion or ValueVersion))
        {
            throw new GroupFormatException($"A record of transactions has version {version}; this build knows the versions up to {ValueVersion}.");
        }
        var image = new TransactionImage(reader.Int64(), reader.Int16(), reader.Int32(), ReadState(reader.Int8()), new HashSet<TopicPartition>(), 0, 0);
        return version == OldValueVersion ? ReadOldRest(value[reader.At..], image) : ReadRest(ref reader, image);
    }

    private static TransactionState ReadState(sbyte state) => Enum.IsDefined((TransactionState)state)
        ? (TransactionState)state
        : throw new GroupFormatException($"A record of transactions has state {state}, which does not exist.");

    private static TransactionImage ReadRest(ref FlexibleSpanReader reader, TransactionImage image)
    {
        image = image with { Partitions = ReadPartitions(ref reader), UpdatedMs = reader.Int64(), StartedMs = reader.Int64() };
        return ReadTags(ref reader, image);
    }

    private static TransactionImage ReadOldRest(ReadOnlySpan<byte> rest, TransactionImage image)
    {
        var reader = new RecordSpanReader(rest);
        return image with { Partitions = ReadOldPartitions(ref reader), UpdatedMs = reader.Int64(), StartedMs = reader.Int64() };
    }

    // Null, and not empty, where there is no transaction: Kafka's readers take the state from it.
    private static void WritePartitions(FlexibleBytesWriter writer, IReadOnlySet<TopicPartition> partitions)
    {
        IGrouping<string, TopicPartition>[] topics = [.. partitions.OrderBy(partition => partition.Partition).GroupBy(partition => partition.Topic).OrderBy(topic => topic.Key, StringComparer.Ordinal)];
        writer.Count(topics.Length == 0 ? null : topics.Length);
        foreach (IGrouping<string, TopicPartition> topic in topics)
        {
            writer.String(topic.Key);
            writer.Count(topic.Count());
            foreach (TopicPartition partition in topic)
            {
                writer.Int32(partition.Partition);
            }
            writer.NoTags();
        }
    }

    private static HashSet<TopicPartition> ReadPartitions(ref FlexibleSpanReader reader)
    {
        HashSet<TopicPartition> partitions = [];
        for (int topics = reader.NullableCount(); topics > 0; topics--)
        {
            string topic = reader.String();
            for (int count = reader.Count(); count > 0; count--)
            {
                partitions.Add(new TopicPartition(topic, reader.Int32()));
            }
            reader.SkipTags();
        }
        return partitions;
    }

    private static HashSet<TopicPartition> ReadOldPartitions(ref RecordSpanReader reader)
    {
        HashSet<TopicPartition> partitions = [];
        int topics = reader.NullableCount();
        for (; topics > 0; topics--)
        {
            string topic = reader.String();
            for (int count = reader.Count(); count > 0; count--)
            {
                partitions.Add(new TopicPartition(topic, reader.Int32()));
            }
        }
        return partitions;
    }

    private static void WriteTags(FlexibleBytesWriter writer, TransactionImage image)
    {
        bool hasPrevious = image.PreviousProducerId != TransactionImage.NoProducer;
        bool hasNext = image.NextProducerId != TransactionImage.NoProducer;
        writer.Varint((hasPrevious ? 1u : 0) + (hasNext ? 1u : 0) + (image.RaisesEpoch ? 1u : 0));
        if (hasPrevious)
        {
            WriteTag(PreviousProducerIdTag, image.PreviousProducerId);
        }
        if (hasNext)
        {
            WriteTag(NextProducerIdTag, image.NextProducerId);
        }
        if (image.RaisesEpoch)
        {
            writer.Varint(ClientVersionTag);
            writer.Varint(sizeof(short));
            writer.Int16(ClientRaisesEpoch);
        }

        void WriteTag(uint tag, long value)
        {
            writer.Varint(tag);
            writer.Varint(sizeof(long));
            writer.Int64(value);
        }
    }

    private static TransactionImage ReadTags(ref FlexibleSpanReader reader, TransactionImage image)
    {
        for (uint count = reader.Varint(); count > 0; count--)
        {
            uint tag = reader.Varint();
            var field = new FlexibleSpanReader(reader.Tagged());
            image = tag switch
            {
                PreviousProducerIdTag => image with { PreviousProducerId = field.Int64() },
                NextProducerIdTag => image with { NextProducerId = field.Int64() },
                ClientVersionTag => image with { RaisesEpoch = field.Int16() >= ClientRaisesEpoch },
                _ => image,
            };
        }
        return image;
    }
}
