namespace StreamCoord.Groups.Classic;

/// <summary>What is durable of a group beside its offsets: Kafka's GroupMetadataValue.</summary>
/// <param name="ProtocolType">What kind of group it is.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Protocol">The chosen protocol; null without members.</param>
/// <param name="Leader">The leader's member id; null without members, and for members that were in a consumer group until now, none of which has assigned anything: they are to join again.</param>
/// <param name="StateTimestampMs">When the group came into its state, milliseconds since 1970, or -1.</param>
/// <param name="Members">Its members; none for an empty group.</param>
public sealed record GroupMetadata(
    string ProtocolType, int Generation, string? Protocol, string? Leader, long StateTimestampMs, IReadOnlyList<MemberMetadata> Members);

/// <summary>What is durable of a member.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="GroupInstanceId">Its lasting name, or null.</param>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="ClientHost">Where the client is.</param>
/// <param name="RebalanceTimeoutMs">How long it may take to join again.</param>
/// <param name="SessionTimeoutMs">How long it may be silent.</param>
/// <param name="Subscription">What it says to the chosen protocol.</param>
/// <param name="Assignment">What the leader gave it.</param>
public sealed record MemberMetadata(
    string MemberId,
    string? GroupInstanceId,
    string ClientId,
    string ClientHost,
    int RebalanceTimeoutMs,
    int SessionTimeoutMs,
    ReadOnlyMemory<byte> Subscription,
    ReadOnlyMemory<byte> Assignment)
{
    /// <summary>What it says to every protocol that it supports; null where that is not known, because a record holds no more than what it says to the chosen one.</summary>
    public IReadOnlyList<GroupProtocol>? Protocols { get; init; }
}
