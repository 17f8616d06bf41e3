namespace StreamCoord.Groups;

/// <summary>A way of assigning partitions that a member supports.</summary>
/// <param name="Name">Its name, such as <c>range</c>.</param>
/// <param name="Metadata">What the member tells the leader, such as the topics it subscribes to; the coordinator does not interpret it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupProtocol")]
public sealed record GroupProtocol([property: Id(0)] string Name, [property: Id(1)] ReadOnlyMemory<byte> Metadata);

/// <summary>Asks to be a member of the next generation (Kafka's JoinGroup).</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.JoinGroupRequest")]
public sealed record JoinGroupRequest
{
    /// <summary>The member's id, or empty for a newcomer.</summary>
    [Id(0)]
    public string MemberId { get; init; } = "";

    /// <summary>The name that a static member keeps over restarts (KIP-345), or null.</summary>
    [Id(1)]
    public string? GroupInstanceId { get; init; }

    /// <summary>What the client calls itself; a new member's id begins with it.</summary>
    [Id(2)]
    public string ClientId { get; init; } = "";

    /// <summary>Where the client is, for people.</summary>
    [Id(3)]
    public string ClientHost { get; init; } = "";

    /// <summary>What kind of group it is: <c>consumer</c> for consumers.</summary>
    [Id(4)]
    public required string ProtocolType { get; init; }

    /// <summary>What the member supports, the most wanted first.</summary>
    [Id(5)]
    public required IReadOnlyList<GroupProtocol> Protocols { get; init; }

    /// <summary>Without a sign of life for so long the member is removed.</summary>
    [Id(6)]
    public required int SessionTimeoutMs { get; init; }

    /// <summary>How long the member may take to join again when the group rebalances; a negative number stands for the session timeout, as in version 0 of Kafka's request.</summary>
    [Id(7)]
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>True when a newcomer is to come back with the id that it is told first (KIP-394: versions 4 and later of Kafka's request).</summary>
    [Id(8)]
    public bool RequiresKnownMemberId { get; init; }

    /// <summary>True when the member understands <see cref="JoinGroupReply.SkipAssignment"/> (version 9 of Kafka's request).</summary>
    [Id(9)]
    public bool SupportsSkippingAssignment { get; init; }
}

/// <summary>A member as the leader sees it.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
/// <param name="Metadata">What it says to the chosen protocol.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.JoinedMember")]
public sealed record JoinedMember(
    [property: Id(0)] string MemberId, [property: Id(1)] string? GroupInstanceId, [property: Id(2)] ReadOnlyMemory<byte> Metadata);

/// <summary>The answer to a join, which comes when the generation begins.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.JoinGroupReply")]
public sealed record JoinGroupReply
{
    /// <summary><see cref="ErrorCode.None"/> on success.</summary>
    [Id(0)]
    public ErrorCode Error { get; init; }

    /// <summary>What is wrong and what to do, for people; null on success.</summary>
    [Id(1)]
    public string? Message { get; init; }

    /// <summary>The generation, or -1.</summary>
    [Id(2)]
    public int GenerationId { get; init; } = -1;

    /// <summary>What kind of group it is; null on failure.</summary>
    [Id(3)]
    public string? ProtocolType { get; init; }

    /// <summary>The chosen protocol; null on failure.</summary>
    [Id(4)]
    public string? ProtocolName { get; init; }

    /// <summary>The member that assigns; empty on failure.</summary>
    [Id(5)]
    public string Leader { get; init; } = "";

    /// <summary>The member's id; with <see cref="ErrorCode.MemberIdRequired"/> the one to come back with.</summary>
    [Id(6)]
    public string MemberId { get; init; } = "";

    /// <summary>True when the leader need not assign: it has taken its own former place and the assignment stands (KIP-814).</summary>
    [Id(7)]
    public bool SkipAssignment { get; init; }

    /// <summary>All members for the leader, none for the others.</summary>
    [Id(8)]
    public IReadOnlyList<JoinedMember> Members { get; init; } = [];

    /// <summary>A refusal.</summary>
    public static JoinGroupReply Refused(ErrorCode error, string message, string memberId = "") => new() { Error = error, Message = message, MemberId = memberId };
}
