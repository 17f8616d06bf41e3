namespace StreamCoord.Groups.Offsets;

/// <summary>What a group has committed for one partition.</summary>
/// <param name="Offset">The next offset to read.</param>
/// <param name="LeaderEpoch">The epoch of the last record read, or <see cref="LeaderEpoch.Unknown"/>.</param>
/// <param name="Metadata">What the client wanted kept beside it.</param>
/// <param name="CommitTimestampMs">When it was committed, milliseconds since 1970.</param>
/// <param name="ExpireTimestampMs">When it is to be forgotten whatever the options say, milliseconds since 1970; null follows the options.</param>
public sealed record CommittedOffset(Offset Offset, LeaderEpoch LeaderEpoch, string Metadata, long CommitTimestampMs, long? ExpireTimestampMs);
