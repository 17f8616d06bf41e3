namespace StreamCoord.Groups;

/// <summary>The internal topics that coordinators keep their state in.</summary>
public static class CoordinatorTopics
{
    /// <summary>Groups and their offsets; the name is Kafka's.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>Transactional ids; the name is Kafka's.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>The partition whose leader coordinates a group or a transactional id: Kafka's rule, the absolute value of Java's hash of the id, modulo the number of partitions.</summary>
    public static int PartitionOf(string id, int partitionCount)
    {
        int hash = 0;
        foreach (char c in id)
        {
            hash = unchecked((31 * hash) + c);
        }
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitionCount;
    }
}
