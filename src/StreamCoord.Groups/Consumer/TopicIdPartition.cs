namespace StreamCoord.Groups.Consumer;

/// <summary>A partition of a topic that goes by its identity, so that a topic made again under its name is another one.</summary>
/// <param name="TopicId">The topic.</param>
/// <param name="Partition">The partition's number.</param>
public readonly record struct TopicIdPartition(TopicId TopicId, int Partition) : IComparable<TopicIdPartition>
{
    /// <inheritdoc/>
    public int CompareTo(TopicIdPartition other)
    {
        int byTopic = TopicId.Value.CompareTo(other.TopicId.Value);
        return byTopic != 0 ? byTopic : Partition.CompareTo(other.Partition);
    }

    /// <summary>True when <paramref name="left"/> comes first.</summary>
    public static bool operator <(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> comes last.</summary>
    public static bool operator >(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> does not come last.</summary>
    public static bool operator <=(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> does not come first.</summary>
    public static bool operator >=(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) >= 0;
}
