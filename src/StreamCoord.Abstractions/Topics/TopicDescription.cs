namespace StreamCoord.Topics;

/// <summary>Who keeps a partition.</summary>
/// <param name="Partition">The partition's number.</param>
/// <param name="Leader">The node that leads it, or did last: it need not live.</param>
/// <param name="Replicas">Every node that keeps a copy, the preferred leader first.</param>
/// <param name="InSyncReplicas">Those whose copy is complete.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.PartitionAssignment")]
public sealed record PartitionAssignment(
    [property: Id(0)] int Partition,
    [property: Id(1)] NodeId Leader,
    [property: Id(2)] IReadOnlyList<NodeId> Replicas,
    [property: Id(3)] IReadOnlyList<NodeId> InSyncReplicas)
{
    /// <summary>The leader's term; <see cref="LeaderEpoch.Unknown"/> while nobody has led the partition.</summary>
    [Id(4)]
    public LeaderEpoch Epoch { get; init; } = LeaderEpoch.Unknown;

    /// <summary>Of <see cref="Replicas"/>, those that are to get a copy (KIP-455).</summary>
    [Id(5)]
    public IReadOnlyList<NodeId> Adding { get; init; } = [];

    /// <summary>Of <see cref="Replicas"/>, those that lose theirs as soon as all others are in sync.</summary>
    [Id(6)]
    public IReadOnlyList<NodeId> Removing { get; init; } = [];

    /// <summary>True while replicas come or go.</summary>
    public bool IsMoving => Adding.Count > 0 || Removing.Count > 0;
}

/// <summary>A topic as it is now.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="TopicId">Its identity.</param>
/// <param name="Partitions">Its partitions, in the order of their numbers, without a gap.</param>
/// <param name="ReplicationFactor">How many copies each partition has.</param>
/// <param name="Configs">The configurations set for this topic, by name; everything else has its default.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicDescription")]
public sealed record TopicDescription(
    [property: Id(0)] string Name,
    [property: Id(1)] TopicId TopicId,
    [property: Id(2)] IReadOnlyList<PartitionAssignment> Partitions,
    [property: Id(3)] short ReplicationFactor,
    [property: Id(4)] IReadOnlyDictionary<string, string> Configs);

/// <summary>The outcome of a request about a topic.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Topic">The topic after the request; null on failure and after a deletion.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicReply")]
public sealed record TopicReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] TopicDescription? Topic)
{
    /// <summary>A refusal: nothing was changed.</summary>
    public static TopicReply Refused(ErrorCode error, string message) => new(error, message, null);

    /// <summary>Success.</summary>
    public static TopicReply Done(TopicDescription? topic) => new(ErrorCode.None, null, topic);
}
