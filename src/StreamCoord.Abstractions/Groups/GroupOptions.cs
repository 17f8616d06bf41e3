namespace StreamCoord.Groups;

/// <summary>Limits and times of consumer groups and their committed offsets. Immutable; a change needs a restart.</summary>
public sealed class GroupOptions
{
    /// <summary>The assignors of consumer groups that the service knows; the first is the default.</summary>
    public static IReadOnlyList<string> ConsumerAssignors { get; } = ["uniform", "range"];

    /// <summary>
    /// <c>Groups:OffsetsPartitions</c>: the partition count of <c>__consumer_offsets</c> in a new cluster, 1 to 1000; once the topic is there the count in the leadership table rules, because
    /// a group's partition follows from it. Default 50, as Kafka's <c>offsets.topic.num.partitions</c>.
    /// </summary>
    public int OffsetsPartitions { get; init; } = 50;

    /// <summary>
    /// <c>Groups:SessionTimeoutMsMin</c>: the shortest session timeout a member may ask for, 1 or more. Default 6 s, as Kafka's <c>group.min.session.timeout.ms</c>: shorter ones take a
    /// collector's pause for a crash.
    /// </summary>
    public int SessionTimeoutMsMin { get; init; } = 6_000;

    /// <summary>
    /// <c>Groups:SessionTimeoutMsMax</c>: the longest session timeout a member may ask for. Default 30 min, as Kafka's <c>group.max.session.timeout.ms</c>: for so long a crashed
    /// member keeps its partitions.
    /// </summary>
    public int SessionTimeoutMsMax { get; init; } = 1_800_000;

    /// <summary>
    /// <c>Groups:InitialRebalanceDelayMs</c>: how long an empty group waits for more members after one has joined, 0 or more; each one that comes prolongs it by as much, up to the rebalance timeout.
    /// Default 300 ms, where Kafka's <c>group.initial.rebalance.delay.ms</c> has 3 s: users see it as a slow start.
    /// </summary>
    public int InitialRebalanceDelayMs { get; init; } = 300;

    /// <summary>
    /// <c>Groups:MembersMax</c>: the most members of a group, 1 or more. Default 10,000, where Kafka's <c>group.max.size</c> has no limit: a leader gets the metadata of all of them in one answer.
    /// </summary>
    public int MembersMax { get; init; } = 10_000;

    /// <summary>
    /// <c>Groups:OffsetMetadataMax</c>: the longest metadata of a committed offset, in characters, 0 or more. Default 4096, as Kafka's <c>offset.metadata.max.bytes</c>, which counts characters
    /// too.
    /// </summary>
    public int OffsetMetadataMax { get; init; } = 4_096;

    /// <summary>
    /// <c>Groups:OffsetsRetentionMs</c>: how long offsets stay after their group got empty, or after the commit where there are no members, 1 or more. Default 7 days, as Kafka's
    /// <c>offsets.retention.minutes</c>.
    /// </summary>
    public long OffsetsRetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1_000;

    /// <summary>
    /// <c>Groups:RetentionCheckIntervalMs</c>: how often offsets are looked through for those whose time is over, 1 or more. Default 10 min, as Kafka's
    /// <c>offsets.retention.check.interval.ms</c>.
    /// </summary>
    public int RetentionCheckIntervalMs { get; init; } = 600_000;

    /// <summary>
    /// <c>Groups:LoadWaitMs</c>: how long a request waits while its coordinator reads what was committed, before it is answered with COORDINATOR_LOAD_IN_PROGRESS, 0 or more. Default 5 s: clients
    /// ask again, at once or with a delay of their own, which is never shorter than waiting.
    /// </summary>
    public int LoadWaitMs { get; init; } = 5_000;

    /// <summary>
    /// <c>Groups:ConsumerSessionTimeoutMs</c>: how long a member of a consumer group (KIP-848) may be silent, where the group does not set <c>consumer.session.timeout.ms</c>. Default 45 s, as
    /// Kafka's <c>group.consumer.session.timeout.ms</c>.
    /// </summary>
    public int ConsumerSessionTimeoutMs { get; init; } = 45_000;

    /// <summary><c>Groups:ConsumerSessionTimeoutMsMin</c>: the shortest one that a group may set. Default 45 s, as Kafka's <c>group.consumer.min.session.timeout.ms</c>.</summary>
    public int ConsumerSessionTimeoutMsMin { get; init; } = 45_000;

    /// <summary><c>Groups:ConsumerSessionTimeoutMsMax</c>: the longest one that a group may set. Default 60 s, as Kafka's <c>group.consumer.max.session.timeout.ms</c>.</summary>
    public int ConsumerSessionTimeoutMsMax { get; init; } = 60_000;

    /// <summary>
    /// <c>Groups:ConsumerHeartbeatIntervalMs</c>: how often members of a consumer group are to show that they live, where the group does not set <c>consumer.heartbeat.interval.ms</c>; by the
    /// heartbeats they also learn of partitions. Default 5 s, as Kafka's <c>group.consumer.heartbeat.interval.ms</c>.
    /// </summary>
    public int ConsumerHeartbeatIntervalMs { get; init; } = 5_000;

    /// <summary><c>Groups:ConsumerHeartbeatIntervalMsMin</c>: the shortest one that a group may set. Default 5 s, as Kafka's <c>group.consumer.min.heartbeat.interval.ms</c>.</summary>
    public int ConsumerHeartbeatIntervalMsMin { get; init; } = 5_000;

    /// <summary><c>Groups:ConsumerHeartbeatIntervalMsMax</c>: the longest one that a group may set. Default 15 s, as Kafka's <c>group.consumer.max.heartbeat.interval.ms</c>.</summary>
    public int ConsumerHeartbeatIntervalMsMax { get; init; } = 15_000;

    /// <summary>
    /// <c>Groups:ConsumerMembersMax</c>: the most members of a consumer group, 1 or more. Default 10,000, where Kafka's <c>group.consumer.max.size</c> has no limit: each one that comes or goes has
    /// the partitions assigned anew.
    /// </summary>
    public int ConsumerMembersMax { get; init; } = 10_000;

    /// <summary>
    /// <c>Groups:MigrationPolicy</c>: which groups change between the protocols while they have members. Default Bidirectional, as Kafka's <c>group.consumer.migration.policy</c>: clients are
    /// upgraded one by one, and back.
    /// </summary>
    public GroupMigrationPolicy MigrationPolicy { get; init; } = GroupMigrationPolicy.Bidirectional;
}
