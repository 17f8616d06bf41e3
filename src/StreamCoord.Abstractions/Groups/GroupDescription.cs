namespace StreamCoord.Groups;

/// <summary>A member as Kafka's DescribeGroups shows it.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="ClientHost">Where the client is.</param>
/// <param name="Metadata">What it says to the chosen protocol; empty unless the group is stable.</param>
/// <param name="Assignment">What the leader gave it; empty unless the group is stable.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.DescribedMember")]
public sealed record DescribedMember(
    [property: Id(0)] string MemberId,
    [property: Id(1)] string? GroupInstanceId,
    [property: Id(2)] string ClientId,
    [property: Id(3)] string ClientHost,
    [property: Id(4)] ReadOnlyMemory<byte> Metadata,
    [property: Id(5)] ReadOnlyMemory<byte> Assignment);

/// <summary>A group at one moment.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>, or <see cref="ErrorCode.GroupIdNotFound"/> with the state <see cref="GroupState.Dead"/>.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="GroupId">The group.</param>
/// <param name="State">Its state.</param>
/// <param name="ProtocolType">What kind of group it is; empty for one that only commits offsets.</param>
/// <param name="ProtocolName">The chosen protocol; empty unless the group is stable.</param>
/// <param name="GenerationId">The newest generation.</param>
/// <param name="Members">Its members, in the order in which they joined.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupDescription")]
public sealed record GroupDescription(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] string GroupId,
    [property: Id(3)] GroupState State,
    [property: Id(4)] string ProtocolType,
    [property: Id(5)] string ProtocolName,
    [property: Id(6)] int GenerationId,
    [property: Id(7)] IReadOnlyList<DescribedMember> Members)
{
    /// <summary>There is no such group, or it cannot be told now.</summary>
    public static GroupDescription Refused(ErrorCode error, string message, string groupId) => new(error, message, groupId, GroupState.Dead, "", "", -1, []);
}

/// <summary>A group in the list of all.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="ProtocolType">What kind of group it is; empty for one that only commits offsets.</param>
/// <param name="State">Its state.</param>
/// <param name="Type">The protocol that its members speak.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupListing")]
public sealed record GroupListing(
    [property: Id(0)] string GroupId, [property: Id(1)] string ProtocolType, [property: Id(2)] GroupState State, [property: Id(3)] GroupType Type = GroupType.Classic);

/// <summary>The answer to Kafka's ListGroups.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>; else groups may lack.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Groups">The groups, in no order.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ListGroupsReply")]
public sealed record ListGroupsReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyList<GroupListing> Groups);
