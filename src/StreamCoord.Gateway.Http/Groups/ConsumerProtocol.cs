using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Gateway.Http.Groups;

/// <summary>
/// What members of classic groups of consumers tell each other: Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment. Version 0 is written; of later ones, which begin alike, what
/// version 0 has is read. Nothing that comes from other members is believed: what is malformed is null. Pure.
/// </summary>
internal static class ConsumerProtocol
{
    /// <summary>The protocol type of groups of consumers.</summary>
    public const string ProtocolType = "consumer";

    /// <summary>The name of the assignor that all clients of Kafka have.</summary>
    public const string RangeAssignor = "range";

    /// <summary>The topics of a subscription.</summary>
    public static byte[] WriteSubscription(IReadOnlyCollection<string> topics)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteInt16(output, 0);
        WriteInt32(output, topics.Count);
        foreach (string topic in topics)
        {
            WriteText(output, topic);
        }
        WriteInt32(output, -1);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The topics that a member subscribes to; null when it does not say.</summary>
    public static IReadOnlyList<string>? ReadSubscription(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        if (!TryReadHead(bytes, ref at, out int count))
        {
            return null;
        }
        var topics = new List<string>();
        for (int i = 0; i < count; i++)
        {
            if (ReadText(bytes, ref at) is not { } topic)
            {
                return null;
            }
            topics.Add(topic);
        }
        return topics;
    }

    /// <summary>The partitions that a member is to read.</summary>
    public static byte[] WriteAssignment(IEnumerable<TopicPartition> partitions)
    {
        IGrouping<string, TopicPartition>[] topics = [.. partitions.GroupBy(partition => partition.Topic)];
        var output = new ArrayBufferWriter<byte>();
        WriteInt16(output, 0);
        WriteInt32(output, topics.Length);
        foreach (IGrouping<string, TopicPartition> topic in topics)
        {
            WriteText(output, topic.Key);
            WriteInt32(output, topic.Count());
            foreach (TopicPartition partition in topic)
            {
                WriteInt32(output, partition.Partition);
            }
        }
        WriteInt32(output, -1);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The partitions that a member reads, none for no bytes; null when they are no assignment.</summary>
    public static IReadOnlyList<TopicPartition>? ReadAssignment(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return [];
        }
        int at = 0;
        if (!TryReadHead(bytes, ref at, out int count))
        {
            return null;
        }
        var partitions = new List<TopicPartition>();
        for (int i = 0; i < count; i++)
        {
            if (ReadText(bytes, ref at) is not { } topic || !TryReadPartitions(bytes, ref at, topic, partitions))
            {
                return null;
            }
        }
        return partitions;
    }

    private static bool TryReadPartitions(ReadOnlySpan<byte> bytes, ref int at, string topic, List<TopicPartition> partitions)
    {
        if (!TryReadInt32(bytes, ref at, out int count) || count < 0 || count > (bytes.Length - at) / sizeof(int))
        {
            return false;
        }
        for (int i = 0; i < count; i++)
        {
            if (!TryReadInt32(bytes, ref at, out int partition) || partition < 0)
            {
                return false;
            }
            partitions.Add(new TopicPartition(topic, partition));
        }
        return true;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> bytes, ref int at, out int count)
    {
        count = 0;
        if (bytes.Length < sizeof(short) || BinaryPrimitives.ReadInt16BigEndian(bytes) < 0)
        {
            return false;
        }
        at = sizeof(short);
        return TryReadInt32(bytes, ref at, out count) && count >= 0;
    }

    private static bool TryReadInt32(ReadOnlySpan<byte> bytes, ref int at, out int value)
    {
        bool isThere = bytes.Length - at >= sizeof(int);
        value = isThere ? BinaryPrimitives.ReadInt32BigEndian(bytes[at..]) : 0;
        at += sizeof(int);
        return isThere;
    }

    private static string? ReadText(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (bytes.Length - at < sizeof(short))
        {
            return null;
        }
        int length = BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);
        at += sizeof(short);
        if (length < 0 || length > bytes.Length - at)
        {
            return null;
        }
        at += length;
        return Encoding.UTF8.GetString(bytes.Slice(at - length, length));
    }

    private static void WriteInt16(ArrayBufferWriter<byte> output, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), value);
        output.Advance(sizeof(short));
    }

    private static void WriteInt32(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    // A topic's name has at most 249 characters.
    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        WriteInt16(output, checked((short)Encoding.UTF8.GetByteCount(text)));
        Encoding.UTF8.GetBytes(text, output);
    }
}
