namespace StreamCoord.Partitions;

/// <summary>What this silo knows of the other copies of partitions that it leads. Safe for concurrent use.</summary>
public interface ICopyProgress
{
    /// <summary>The copies on other nodes that are in sync and answer, with what they are known to have. Nothing when the partition is not led here.</summary>
    IReadOnlyList<CopyEnd> FindInSync(TopicPartition partition);

    /// <summary>Consumers are sent to a copy: it is to hear at once of what is committed.</summary>
    void SendReaders(TopicPartition partition, NodeId node);
}

/// <summary>How far a copy is.</summary>
/// <param name="Node">Who keeps it.</param>
/// <param name="End">It has everything below.</param>
public readonly record struct CopyEnd(NodeId Node, Offset End);
