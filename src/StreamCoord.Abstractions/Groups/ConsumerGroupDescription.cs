namespace StreamCoord.Groups;

/// <summary>A member as Kafka's ConsumerGroupDescribe shows it.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.DescribedConsumer")]
public sealed record DescribedConsumer
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string MemberId { get; init; }

    /// <summary>Its lasting name, or null.</summary>
    [Id(1)]
    public string? InstanceId { get; init; }

    /// <summary>Where its machine stands, or null.</summary>
    [Id(2)]
    public string? RackId { get; init; }

    /// <summary>Its epoch.</summary>
    [Id(3)]
    public required GroupEpoch Epoch { get; init; }

    /// <summary>What the client calls itself.</summary>
    [Id(4)]
    public required string ClientId { get; init; }

    /// <summary>Where the client is.</summary>
    [Id(5)]
    public required string ClientHost { get; init; }

    /// <summary>The topics that it names.</summary>
    [Id(6)]
    public required IReadOnlyList<string> TopicNames { get; init; }

    /// <summary>The regular expression for further ones, or null.</summary>
    [Id(7)]
    public string? TopicPattern { get; init; }

    /// <summary>What it may read.</summary>
    [Id(8)]
    public required IReadOnlyList<TopicPartitions> Assignment { get; init; }

    /// <summary>What it is to read in the end.</summary>
    [Id(9)]
    public required IReadOnlyList<TopicPartitions> Target { get; init; }

    /// <summary>True when it speaks the classic protocol, in a group that has members of both kinds.</summary>
    [Id(10)]
    public bool IsClassic { get; init; }
}

/// <summary>A consumer group at one moment.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ConsumerGroupDescription")]
public sealed record ConsumerGroupDescription
{
    /// <summary><see cref="ErrorCode.None"/>, or <see cref="ErrorCode.GroupIdNotFound"/> also for a group of the classic type.</summary>
    [Id(0)]
    public ErrorCode Error { get; init; }

    /// <summary>What is wrong and what to do, for people; null on success.</summary>
    [Id(1)]
    public string? Message { get; init; }

    /// <summary>The group.</summary>
    [Id(2)]
    public required string GroupId { get; init; }

    /// <summary>Its state.</summary>
    [Id(3)]
    public GroupState State { get; init; } = GroupState.Dead;

    /// <summary>Its epoch.</summary>
    [Id(4)]
    public GroupEpoch Epoch { get; init; }

    /// <summary>The epoch of its target assignment.</summary>
    [Id(5)]
    public GroupEpoch TargetEpoch { get; init; }

    /// <summary>How partitions are assigned.</summary>
    [Id(6)]
    public string Assignor { get; init; } = "";

    /// <summary>Its members, by id in ordinal order.</summary>
    [Id(7)]
    public IReadOnlyList<DescribedConsumer> Members { get; init; } = [];

    /// <summary>The names of the topics in the members' assignments; one that does not exist any more is left out.</summary>
    [Id(8)]
    public IReadOnlyDictionary<TopicId, string> TopicNames { get; init; } = new Dictionary<TopicId, string>();

    /// <summary>There is no such group, or it cannot be told now.</summary>
    public static ConsumerGroupDescription Refused(ErrorCode error, string message, string groupId) => new() { Error = error, Message = message, GroupId = groupId };
}
