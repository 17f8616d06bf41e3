using StreamCoord.Groups;

namespace StreamCoord.Client;

/// <summary>Who a consumer is in its group, for offsets that are committed in a transaction: a consumer that is no member any more cannot commit.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="MemberId">The member, or empty for somebody who is none: that is for groups without members.</param>
/// <param name="GenerationId">The member's epoch, or -1.</param>
/// <param name="InstanceId">Its lasting name, or null.</param>
public sealed record ConsumerGroupMetadata(string GroupId, string MemberId = "", int GenerationId = CommitOffsetsRequest.NoGeneration, string? InstanceId = null);
