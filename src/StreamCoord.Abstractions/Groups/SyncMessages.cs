namespace StreamCoord.Groups;

/// <summary>What the leader gives to one member.</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Assignment">Its assignment; the coordinator does not interpret it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.MemberAssignment")]
public sealed record MemberAssignment([property: Id(0)] string MemberId, [property: Id(1)] ReadOnlyMemory<byte> Assignment);

/// <summary>Asks for the member's assignment, and brings everybody's when the member is the leader (Kafka's SyncGroup).</summary>
/// <param name="GenerationId">The generation that the join's answer named.</param>
/// <param name="MemberId">The member.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
/// <param name="ProtocolType">What kind of group the member takes this for, or null.</param>
/// <param name="ProtocolName">The protocol that the member takes for the chosen one, or null.</param>
/// <param name="Assignments">From the leader, one a member; who is left out gets an empty one.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.SyncGroupRequest")]
public sealed record SyncGroupRequest(
    [property: Id(0)] int GenerationId,
    [property: Id(1)] string MemberId,
    [property: Id(2)] string? GroupInstanceId,
    [property: Id(3)] string? ProtocolType,
    [property: Id(4)] string? ProtocolName,
    [property: Id(5)] IReadOnlyList<MemberAssignment> Assignments);

/// <summary>The answer to a sync, which comes when the leader's assignment is durable.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="ProtocolType">What kind of group it is; null on failure.</param>
/// <param name="ProtocolName">The chosen protocol; null on failure.</param>
/// <param name="Assignment">The member's assignment.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.SyncGroupReply")]
public sealed record SyncGroupReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] string? ProtocolType,
    [property: Id(3)] string? ProtocolName,
    [property: Id(4)] ReadOnlyMemory<byte> Assignment)
{
    /// <summary>A refusal.</summary>
    public static SyncGroupReply Refused(ErrorCode error, string message) => new(error, message, null, null, ReadOnlyMemory<byte>.Empty);
}
