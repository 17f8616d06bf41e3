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
        var writer = new RecordBytesWriter();
        writer.Int16(ValueVersion);
        writer.Int64(image.ProducerId);
        writer.Int16(image.ProducerEpoch);
        writer.Int32(image.TimeoutMs);
        writer.Int8((byte)image.State);
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
        var reader = new RecordSpanReader(value);
        short version = reader.Int16();
        if (version is not (OldValueVersion or ValueVersion))
        {
            throw new GroupFormatException($"A record of transactions has version {version}; this build knows the versions up to {ValueVersion}.");
        }
        long producerId = reader.Int64();
        short producerEpoch = reader.Int16();
        int timeoutMs = reader.Int32();
        byte state = reader.Int8();
        if (!Enum.IsDefined((TransactionState)state))
        {
            throw new GroupFormatException($"A record of transactions has state {state}, which does not exist.");
        }
        HashSet<TopicPartition> partitions = version == OldValueVersion ? ReadOldPartitions(ref reader) : ReadPartitions(ref reader);
        long updatedMs = reader.Int64();
        var image = new TransactionImage(producerId, producerEpoch, timeoutMs, (TransactionState)state, partitions, reader.Int64(), updatedMs);
        return version == OldValueVersion ? image : ReadTags(ref reader, image);
    }

    // Null, and not empty, where there is no transaction: Kafka's readers take the state from it.
    private static void WritePartitions(RecordBytesWriter writer, IReadOnlySet<TopicPartition> partitions)
    {
        IGrouping<string, TopicPartition>[] topics = [.. partitions.OrderBy(partition => partition.Partition).GroupBy(partition => partition.Topic).OrderBy(topic => topic.Key, StringComparer.Ordinal)];
        writer.CompactCount(topics.Length == 0 ? -1 : topics.Length);
        foreach (IGrouping<string, TopicPartition> topic in topics)
        {
            writer.CompactString(topic.Key);
            writer.CompactCount(topic.Count());
            foreach (TopicPartition partition in topic)
            {
                writer.Int32(partition.Partition);
            }
            writer.UnsignedVarint(0);
        }
    }

    private static HashSet<TopicPartition> ReadPartitions(ref RecordSpanReader reader)
    {
        HashSet<TopicPartition> partitions = [];
        for (int topics = reader.CompactCount(); topics > 0; topics--)
        {
            string topic = reader.CompactString();
            for (int count = reader.CompactCount(); count > 0; count--)
            {
                partitions.Add(new TopicPartition(topic, reader.Int32()));
            }
            SkipTags(ref reader);
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

    private static void WriteTags(RecordBytesWriter writer, TransactionImage image)
    {
        bool hasPrevious = image.PreviousProducerId != TransactionImage.NoProducer;
        bool hasNext = image.NextProducerId != TransactionImage.NoProducer;
        writer.UnsignedVarint((hasPrevious ? 1u : 0) + (hasNext ? 1u : 0) + (image.RaisesEpoch ? 1u : 0));
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
            writer.UnsignedVarint(ClientVersionTag);
            writer.UnsignedVarint(sizeof(short));
            writer.Int16(ClientRaisesEpoch);
        }

        void WriteTag(uint tag, long value)
        {
            writer.UnsignedVarint(tag);
            writer.UnsignedVarint(sizeof(long));
            writer.Int64(value);
        }
    }

    private static TransactionImage ReadTags(ref RecordSpanReader reader, TransactionImage image)
    {
        for (uint count = reader.UnsignedVarint(); count > 0; count--)
        {
            uint tag = reader.UnsignedVarint();
            var field = new RecordSpanReader(reader.Tagged());
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

    private static void SkipTags(ref RecordSpanReader reader)
    {
        for (uint count = reader.UnsignedVarint(); count > 0; count--)
        {
            reader.UnsignedVarint();
            reader.Tagged();
        }
    }
}
