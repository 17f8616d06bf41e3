namespace StreamCoord.Groups;

/// <summary>The outcome of a request about a group that yields nothing else.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupReply")]
public sealed record GroupReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message)
{
    /// <summary>Success.</summary>
    public static GroupReply Done { get; } = new(ErrorCode.None, null);
}

/// <summary>A member's sign of life (Kafka's Heartbeat).</summary>
/// <param name="GenerationId">The member's generation.</param>
/// <param name="MemberId">The member.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.HeartbeatRequest")]
public sealed record HeartbeatRequest([property: Id(0)] int GenerationId, [property: Id(1)] string MemberId, [property: Id(2)] string? GroupInstanceId);

/// <summary>A member that goes. Either name will do for a static member.</summary>
/// <param name="MemberId">Its id; may be empty when there is a lasting name.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.LeavingMember")]
public sealed record LeavingMember([property: Id(0)] string MemberId, [property: Id(1)] string? GroupInstanceId);

/// <summary>What came of one member's leaving.</summary>
/// <param name="MemberId">As in the request.</param>
/// <param name="GroupInstanceId">As in the request.</param>
/// <param name="Error"><see cref="ErrorCode.None"/> when it is gone.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.LeftMember")]
public sealed record LeftMember([property: Id(0)] string MemberId, [property: Id(1)] string? GroupInstanceId, [property: Id(2)] ErrorCode Error);

/// <summary>The answer to Kafka's LeaveGroup.</summary>
/// <param name="Error">Why nobody left, or <see cref="ErrorCode.None"/>; each member has an outcome of its own.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Members">One outcome a member, in the request's order; none on failure.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.LeaveGroupReply")]
public sealed record LeaveGroupReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyList<LeftMember> Members);
