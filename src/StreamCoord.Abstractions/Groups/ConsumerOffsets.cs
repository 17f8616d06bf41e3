namespace StreamCoord.Groups;

/// <summary>The internal topic that groups and their offsets are kept in.</summary>
public static class ConsumerOffsets
{
    /// <summary>Its name, which is Kafka's.</summary>
    public const string TopicName = "__consumer_offsets";

    /// <summary>The partition whose leader coordinates a group: Kafka's rule, the absolute value of Java's hash of the id, modulo the number of partitions.</summary>
    public static int PartitionOf(string groupId, int partitionCount)
    {
        int hash = 0;
        foreach (char c in groupId)
        {
            hash = unchecked((31 * hash) + c);
        }
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitionCount;
    }
}
