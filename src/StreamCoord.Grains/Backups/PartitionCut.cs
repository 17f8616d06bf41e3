namespace StreamCoord.Grains.Backups;

/// <summary>What a backup has of a partition. Immutable. Always Start &lt;= End.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Epoch">The epoch that the partition was led in.</param>
/// <param name="Start">Where its log began.</param>
/// <param name="End">Up to where everything was committed.</param>
internal sealed record PartitionCut(TopicPartition Partition, TopicId TopicId, LeaderEpoch Epoch, Offset Start, Offset End);
