using StreamCoord.Groups.Storage;

namespace StreamCoord.Groups.Classic;

/// <summary>What a consumer of a classic group is given: Kafka's ConsumerProtocolAssignment, whose versions 0 to 3 are laid out alike. Immutable.</summary>
/// <param name="Partitions">The partitions.</param>
/// <param name="HasUserData">True when the leader's assignor added something that only its like understands.</param>
internal sealed record EmbeddedAssignment(IReadOnlyList<TopicPartition> Partitions, bool HasUserData)
{
    private const short NewestVersion = 3;

    /// <summary>The assignment; null when it is none. No bytes are what a member has that was never given any.</summary>
    public static EmbeddedAssignment? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new EmbeddedAssignment([], false);
        }
        var reader = new EmbeddedReader(bytes);
        short version = reader.Int16();
        List<TopicPartition> partitions = reader.Partitions();
        bool hasUserData = !reader.Bytes().IsEmpty;
        return version < 0 || reader.HasFailed ? null : new EmbeddedAssignment(partitions, hasUserData);
    }

    /// <summary>An assignment without user data, for a consumer that speaks a version.</summary>
    public static byte[] Write(IEnumerable<TopicPartition> partitions, short version)
    {
        IGrouping<string, int>[] topics = [.. partitions.GroupBy(partition => partition.Topic, partition => partition.Partition)];
        var writer = new RecordBytesWriter();
        writer.Int16(Math.Min(version, NewestVersion));
        writer.Int32(topics.Length);
        foreach (IGrouping<string, int> topic in topics)
        {
            writer.String(topic.Key);
            writer.Int32(topic.Count());
            foreach (int partition in topic)
            {
                writer.Int32(partition);
            }
        }
        writer.Int32(-1);
        return writer.ToArray();
    }
}
