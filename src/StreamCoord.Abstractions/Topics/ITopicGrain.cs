namespace StreamCoord.Topics;

/// <summary>
/// One topic: its identity, partition count, assignment and configuration. Key: the topic's name. A call that changes
/// something returns when the change is durable.
/// </summary>
[Alias("StreamCoord.ITopicGrain")]
public interface ITopicGrain : IGrainWithStringKey
{
    /// <summary>Creates the topic; <see cref="ErrorCode.TopicAlreadyExists"/> when it is there.</summary>
    [Alias("Create")]
    Task<TopicReply> Create(CreateTopicRequest request);

    /// <summary>The topic, or <see cref="ErrorCode.UnknownTopicOrPartition"/>.</summary>
    [Alias("Describe")]
    Task<TopicReply> Describe();

    /// <summary>
    /// The topic, created with the defaults when it is not there and <c>Topics:AutoCreate</c> allows it. For producers.
    /// </summary>
    [Alias("DescribeOrCreate")]
    Task<TopicReply> DescribeOrCreate();

    /// <summary>Raises the partition count to <paramref name="partitionCount"/>; it can never fall.</summary>
    /// <param name="partitionCount">The new count.</param>
    /// <param name="validateOnly">Check everything, change nothing.</param>
    /// <param name="assignments">The nodes of each new partition, the preferred leader first; null has them chosen.</param>
    [Alias("SetPartitionCount")]
    Task<TopicReply> SetPartitionCount(int partitionCount, bool validateOnly, IReadOnlyList<IReadOnlyList<NodeId>>? assignments = null);

    /// <summary>
    /// Has other nodes keep a partition (KIP-455): those that come get copies, and those that go lose theirs when all others are in sync. Returns when it is begun; <see cref="PartitionAssignment.Adding"/> and
    /// <see cref="PartitionAssignment.Removing"/> show what is left to do. Also for topics that the service keeps for itself.
    /// </summary>
    /// <param name="partition">The partition's number.</param>
    /// <param name="target">Them, the preferred leader first, in the place of any target that is not reached yet; null leaves the partition with who kept it before, or
    /// <see cref="ErrorCode.NoReassignmentInProgress"/>.</param>
    /// <param name="keepsFactor">Refuse another number of them, by <see cref="ErrorCode.InvalidReplicationFactor"/>.</param>
    [Alias("MoveReplicas")]
    Task<TopicReply> MoveReplicas(int partition, IReadOnlyList<NodeId>? target, bool keepsFactor = false);

    /// <summary>
    /// Has the preferred replica, which is the first, lead a partition (KIP-460): <see cref="ErrorCode.ElectionNotNeeded"/> when it does, <see cref="ErrorCode.PreferredLeaderNotAvailable"/> when it cannot.
    /// </summary>
    [Alias("ElectPreferredLeader")]
    Task<TopicReply> ElectPreferredLeader(int partition);

    /// <summary>Carries out all changes or, when one of them is wrong, none.</summary>
    [Alias("AlterConfigs")]
    Task<TopicReply> AlterConfigs(IReadOnlyList<ConfigChange> changes, bool validateOnly);

    /// <summary>Deletes the topic and its records for good.</summary>
    [Alias("Delete")]
    Task<TopicReply> Delete();
}
