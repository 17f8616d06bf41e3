using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>What consumers say to each other in the classic protocol.</summary>
internal static class Embedded
{
    /// <summary>A subscription of version 1 to 3.</summary>
    public static byte[] Subscription(IReadOnlyList<string> topics, IEnumerable<TopicPartition>? owned = null, short version = 1, byte[]? userData = null, string? rack = null)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(version);
        writer.Int32(topics.Count);
        foreach (string topic in topics)
        {
            writer.String(topic);
        }
        writer.Bytes(userData);
        IGrouping<string, TopicPartition>[] byTopic = [.. (owned ?? []).GroupBy(partition => partition.Topic)];
        writer.Int32(byTopic.Length);
        foreach (IGrouping<string, TopicPartition> topic in byTopic)
        {
            writer.String(topic.Key);
            writer.Int32(topic.Count());
            foreach (TopicPartition partition in topic)
            {
                writer.Int32(partition.Partition);
            }
        }
        if (version >= 2)
        {
            writer.Int32(7);
        }
        if (version >= 3)
        {
            writer.String(rack);
        }
        return writer.ToArray();
    }

    public static PartitionSet Read(ReadOnlyMemory<byte> assignment, TopicImage image) => image.IdsOf(EmbeddedAssignment.TryRead(assignment.Span)!.Partitions);
}
