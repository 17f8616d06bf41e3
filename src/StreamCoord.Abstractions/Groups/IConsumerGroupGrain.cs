using Orleans.Metadata;

namespace StreamCoord.Groups;

/// <summary>
/// The coordinator of one group: its members, in the classic protocol or in that of KIP-848, and its committed offsets. Key: the group id. Outcomes that a caller must expect come back as
/// <see cref="ErrorCode"/>; only failures of the grain call itself (a silo that stops, a timeout) are exceptions.
/// </summary>
/// <remarks>All methods may run interleaved with each other, and two calls of one caller need not arrive in their order.</remarks>
[Alias("StreamCoord.IConsumerGroupGrain"), DefaultGrainType(GrainType)]
public interface IConsumerGroupGrain : IGrainWithStringKey
{
    /// <summary>The type of the grains that a caller reaches: each silo has its own, which knows the way to the coordinator.</summary>
    const string GrainType = "consumer-group";

    /// <summary>Joins the next generation. The answer comes when it begins, which may take as long as the rebalance timeout of the slowest member.</summary>
    [Alias("Join"), ResponseTimeout("1.00:00:00")]
    Task<JoinGroupReply> Join(JoinGroupRequest request);

    /// <summary>Gets the member's assignment. The answer comes when the leader's assignment is there and durable.</summary>
    [Alias("Sync"), ResponseTimeout("1.00:00:00")]
    Task<SyncGroupReply> Sync(SyncGroupRequest request);

    /// <summary>Keeps a member's session; the answer tells it of a rebalance.</summary>
    [Alias("Heartbeat")]
    Task<GroupReply> Heartbeat(HeartbeatRequest request);

    /// <summary>Removes members, each for itself.</summary>
    [Alias("Leave")]
    Task<LeaveGroupReply> Leave(IReadOnlyList<LeavingMember> members);

    /// <summary>Joins a consumer group (KIP-848), shows that a member lives, or leaves. What the answer says is durable.</summary>
    [Alias("ConsumerHeartbeat")]
    Task<ConsumerHeartbeatReply> ConsumerHeartbeat(ConsumerHeartbeatRequest request);

    /// <summary>The group as it is, when it is a consumer group.</summary>
    [Alias("DescribeConsumers")]
    Task<ConsumerGroupDescription> DescribeConsumers();

    /// <summary>Forgets the offsets of a topic that is deleted; durable when this returns.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="committedUntilMs">Those that are younger, milliseconds since 1970, belong to another topic of that name.</param>
    [Alias("ForgetTopic")]
    Task<GroupReply> ForgetTopic(string topic, long committedUntilMs);

    /// <summary>Commits offsets; those without an error are durable when this returns.</summary>
    [Alias("CommitOffsets")]
    Task<OffsetsReply> CommitOffsets(CommitOffsetsRequest request);

    /// <summary>Commits offsets in a transaction; those without an error are durable when this returns, and count when the transaction is committed.</summary>
    [Alias("CommitTransactionOffsets")]
    Task<OffsetsReply> CommitTransactionOffsets(CommitTransactionOffsetsRequest request);

    /// <summary>The committed offsets of some partitions, or of all for null.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="member">The member that asks, where it wants to hear that it is none any more.</param>
    /// <param name="isStable">Whether a partition for which an open transaction has committed an offset is refused for now (KIP-447).</param>
    [Alias("FetchOffsets")]
    Task<FetchOffsetsReply> FetchOffsets(IReadOnlyList<TopicPartition>? partitions, FetchingMember? member = null, bool isStable = false);

    /// <summary>Forgets the offsets of partitions of topics that the group does not subscribe to; durable when this returns.</summary>
    [Alias("DeleteOffsets")]
    Task<OffsetsReply> DeleteOffsets(IReadOnlyList<TopicPartition> partitions);

    /// <summary>The group as it is.</summary>
    [Alias("Describe")]
    Task<GroupDescription> Describe();

    /// <summary>Deletes a group without members, with its offsets; durable when this returns.</summary>
    [Alias("Delete")]
    Task<GroupReply> Delete();

    /// <summary>Forgets the offsets whose time is over, and the group when nothing is left of it. Called by the silo's maintenance; calling it more often does no harm.</summary>
    [Alias("Maintain")]
    Task Maintain();
}

/// <summary>The list of groups, as each silo gives it. Key: 0.</summary>
[Alias("StreamCoord.IGroupCatalogueGrain")]
public interface IGroupCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Every group that exists, with its state, wherever it is coordinated. With an error some may lack.</summary>
    [Alias("List")]
    Task<ListGroupsReply> List();

    /// <summary>The groups that this silo coordinates: for clients that ask every broker for its own.</summary>
    [Alias("ListOwn")]
    Task<ListGroupsReply> ListOwn();

    /// <summary>Every group for which something is configured, whether it exists or not.</summary>
    [Alias("ListConfigured")]
    Task<IReadOnlyList<string>> ListConfigured();
}
