namespace StreamCoord.Gateway.Http.Groups;

/// <summary>What a group has not read yet of one partition. Immutable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The next offset to read.</param>
/// <param name="End">The end of what can be read.</param>
/// <param name="Reader">The member that reads the partition; null when nobody does.</param>
internal sealed record ConsumerLag(TopicPartition Partition, Offset Committed, Offset End, GroupMemberView? Reader)
{
    /// <summary>How many records; a committed offset may lie behind the end of a topic that was deleted and created again.</summary>
    public long RecordCount => Math.Max(0, End - Committed);
}
