namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>What to read next of a partition. It is void when the consumer's assignment or position changes. Immutable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">The position.</param>
/// <param name="Assignment">The assignment under which it was made.</param>
internal readonly record struct FetchPlan(TopicPartition Partition, Offset From, AssignmentNumber Assignment);

/// <summary>Counts a consumer's assignments. Value: 0 before the first.</summary>
internal readonly record struct AssignmentNumber(int Value)
{
    /// <summary>The one after this.</summary>
    public AssignmentNumber Next() => new(Value + 1);
}
