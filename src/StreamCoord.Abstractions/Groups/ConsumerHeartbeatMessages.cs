namespace StreamCoord.Groups;

/// <summary>Partitions of one topic.</summary>
/// <param name="TopicId">The topic.</param>
/// <param name="Partitions">Their numbers.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicPartitions")]
public sealed record TopicPartitions([property: Id(0)] TopicId TopicId, [property: Id(1)] IReadOnlyList<int> Partitions);

/// <summary>A member of a consumer group joins, shows that it lives, tells what has changed, or leaves (Kafka's ConsumerGroupHeartbeat, KIP-848). What is null has not changed.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ConsumerHeartbeatRequest")]
public sealed record ConsumerHeartbeatRequest
{
    /// <summary>The member's id; empty only for a newcomer that leaves the choice to the service (version 0 of Kafka's request).</summary>
    [Id(0)]
    public string MemberId { get; init; } = "";

    /// <summary>The member's epoch as it knows it, or one of those that <see cref="GroupEpoch"/> names.</summary>
    [Id(1)]
    public GroupEpoch Epoch { get; init; }

    /// <summary>The name that a static member keeps over restarts, or null.</summary>
    [Id(2)]
    public string? InstanceId { get; init; }

    /// <summary>Where the member's machine stands.</summary>
    [Id(3)]
    public string? RackId { get; init; }

    /// <summary>How long the member may take to give partitions back, in milliseconds; -1 for no change.</summary>
    [Id(4)]
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>The topics it reads, by name.</summary>
    [Id(5)]
    public IReadOnlyList<string>? TopicNames { get; init; }

    /// <summary>A regular expression for further topics, which a whole name must match; an empty one ends such a subscription.</summary>
    [Id(6)]
    public string? TopicPattern { get; init; }

    /// <summary>How it wants partitions assigned.</summary>
    [Id(7)]
    public string? Assignor { get; init; }

    /// <summary>The partitions that the member has.</summary>
    [Id(8)]
    public IReadOnlyList<TopicPartitions>? Owned { get; init; }

    /// <summary>What the client calls itself.</summary>
    [Id(9)]
    public string ClientId { get; init; } = "";

    /// <summary>Where the client is, for people.</summary>
    [Id(10)]
    public string ClientHost { get; init; } = "";

    /// <summary>True when newcomers choose their id themselves (version 1 of Kafka's request and later).</summary>
    [Id(11)]
    public bool RequiresMemberId { get; init; }
}

/// <summary>The answer to a heartbeat of a consumer group. What it says is durable.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ConsumerHeartbeatReply")]
public sealed record ConsumerHeartbeatReply
{
    /// <summary><see cref="ErrorCode.None"/> on success.</summary>
    [Id(0)]
    public ErrorCode Error { get; init; }

    /// <summary>What is wrong and what to do, for people; null on success.</summary>
    [Id(1)]
    public string? Message { get; init; }

    /// <summary>The member's id.</summary>
    [Id(2)]
    public string? MemberId { get; init; }

    /// <summary>The member's epoch from now on.</summary>
    [Id(3)]
    public GroupEpoch Epoch { get; init; }

    /// <summary>When the next heartbeat is due, in milliseconds from now.</summary>
    [Id(4)]
    public int HeartbeatIntervalMs { get; init; }

    /// <summary>All that the member may read; null when that has not changed.</summary>
    [Id(5)]
    public IReadOnlyList<TopicPartitions>? Assignment { get; init; }

    /// <summary>A refusal.</summary>
    public static ConsumerHeartbeatReply Refused(ErrorCode error, string message) => new() { Error = error, Message = message };
}
