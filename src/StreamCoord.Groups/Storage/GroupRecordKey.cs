namespace StreamCoord.Groups.Storage;

/// <summary>What a record of <c>__consumer_offsets</c> is about.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Partition">The partition whose offset it is; null for the group's metadata.</param>
public readonly record struct GroupRecordKey(string GroupId, TopicPartition? Partition);
