namespace StreamCoord.Groups.Consumer;

/// <summary>One change of what is durable of a consumer group; each is one record. A change to null forgets.</summary>
public abstract record ConsumerGroupChange;

/// <summary>The group's epoch (Kafka's ConsumerGroupMetadata).</summary>
/// <param name="Value">The epoch; null when the group is none of this type any more.</param>
public sealed record GroupEpochChange(GroupMark? Value) : ConsumerGroupChange;

/// <summary>What a member is and wants (Kafka's ConsumerGroupMemberMetadata).</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Value">What it wants; null when it is gone.</param>
public sealed record SubscriptionChange(string MemberId, MemberSubscription? Value) : ConsumerGroupChange;

/// <summary>The epoch of the target assignment (Kafka's ConsumerGroupTargetAssignmentMetadata).</summary>
/// <param name="Value">The epoch, which comes behind the targets of its members.</param>
public sealed record TargetEpochChange(GroupEpoch? Value) : ConsumerGroupChange;

/// <summary>What a member is to have in the end (Kafka's ConsumerGroupTargetAssignmentMember).</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Value">The partitions; null when it is gone.</param>
public sealed record TargetChange(string MemberId, PartitionSet? Value) : ConsumerGroupChange;

/// <summary>Where a member is (Kafka's ConsumerGroupCurrentMemberAssignment).</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Value">Where it is; null when it is gone.</param>
public sealed record ProgressChange(string MemberId, MemberProgress? Value) : ConsumerGroupChange;

/// <summary>The group's epoch, and the topics for which it holds.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="TopicsHash">Tells one set of subscribed topics from another, with their identities and sizes.</param>
public readonly record struct GroupMark(GroupEpoch Epoch, long TopicsHash);
