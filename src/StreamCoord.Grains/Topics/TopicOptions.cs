namespace StreamCoord.Grains.Topics;

/// <summary>How topics come to be that do not say it themselves. Immutable; a change needs a restart.</summary>
public sealed class TopicOptions
{
    /// <summary>
    /// <c>Topics:DefaultPartitions</c>: the partition count of a topic that is created without one, 1 to
    /// <see cref="StreamCoord.Topics.CreateTopicRequest.PartitionCountMax"/>. Default 1, as Kafka's <c>num.partitions</c>.
    /// </summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>
    /// <c>Topics:DefaultReplicationFactor</c>: the copies of each partition of a topic that is created without a number, 1 to the number
    /// of nodes. Default 1, as Kafka's <c>default.replication.factor</c>.
    /// </summary>
    public short DefaultReplicationFactor { get; init; } = 1;

    /// <summary>
    /// <c>Topics:AutoCreate</c>: whether a producer's first record creates its topic. Default true, as Kafka's
    /// <c>auto.create.topics.enable</c>.
    /// </summary>
    public bool AutoCreate { get; init; } = true;

    /// <summary>
    /// <c>Topics:LeaderBalanceIntervalMs</c>: how often a silo gives leadership back to preferred nodes that are in sync, when those lead less than nine tenths of what prefers them; 0 for never. Default 300,000, as
    /// Kafka's <c>leader.imbalance.check.interval.seconds</c>.
    /// </summary>
    public int LeaderBalanceIntervalMs { get; init; } = 300_000;

    /// <summary>
    /// <c>Topics:CatchUpBytesPerSecond</c>: how much a silo sends at most to copies that are not in sync, because they come back, come new or are moved, all of them together; 0 for no limit. Default 0. What Kafka's
    /// <c>leader.replication.throttled.rate</c> is for.
    /// </summary>
    public long CatchUpBytesPerSecond { get; init; }
}
