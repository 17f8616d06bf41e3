namespace StreamCoord.Partitions;

/// <summary>Who leads a partition.</summary>
/// <param name="Node">The node, which need not live.</param>
/// <param name="Epoch">Its term; <see cref="LeaderEpoch.Unknown"/> when it has not begun to lead yet.</param>
public readonly record struct PartitionLeader(NodeId Node, LeaderEpoch Epoch);
