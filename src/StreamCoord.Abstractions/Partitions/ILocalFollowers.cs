namespace StreamCoord.Partitions;

/// <summary>
/// The copies on this silo that follow a leader elsewhere, for consumers that read close by (KIP-392): up to the high watermark that the leader has told of, which may be a moment behind the leader's own. What is above it and
/// here already is refused by <see cref="ErrorCode.OffsetNotAvailable"/> with the partition's ends. The epoch of a range is the newest that this silo has heard of.
/// </summary>
/// <remarks>Nothing that is read here is ever lost: it is committed. A copy that has lost its leader, or is not in sync any more, has no more to tell, and goes on telling that.</remarks>
public interface ILocalFollowers : IReadablePartitions;
