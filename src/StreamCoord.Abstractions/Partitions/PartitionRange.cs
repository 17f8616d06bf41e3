namespace StreamCoord.Partitions;

/// <summary>Where a partition begins and ends. Always LogStart &lt;= LastStable &lt;= HighWatermark.</summary>
/// <param name="LogStart">The first offset that is still there.</param>
/// <param name="LastStable">The end of what is decided.</param>
/// <param name="HighWatermark">The end of what consumers may see.</param>
/// <param name="Epoch">The epoch in which it is led, or <see cref="LeaderEpoch.Unknown"/> while the leader needs a new one.</param>
public readonly record struct PartitionRange(Offset LogStart, Offset LastStable, Offset HighWatermark, LeaderEpoch Epoch);
