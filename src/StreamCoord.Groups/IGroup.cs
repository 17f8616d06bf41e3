namespace StreamCoord.Groups;

/// <summary>What groups of every type have in common for whoever keeps their offsets and their time. Not safe for concurrent use.</summary>
public interface IGroup
{
    /// <summary>The group's id.</summary>
    string GroupId { get; }

    /// <summary>The protocol that its members speak.</summary>
    GroupType Type { get; }

    /// <summary>The state.</summary>
    GroupState State { get; }

    /// <summary>What kind of group it is; null as long as nobody has joined.</summary>
    string? ProtocolType { get; }

    /// <summary>True when the group has members, or newcomers who were told their id.</summary>
    bool HasMembers { get; }

    /// <summary>When <see cref="Advance"/> is to be called next at the latest, milliseconds since 1970, or <see cref="long.MaxValue"/>. It may name a time at which nothing is due.</summary>
    long NextDeadlineMs { get; }

    /// <summary>Does what is due.</summary>
    void Advance(long nowMs);

    /// <summary>Whether somebody may commit offsets now. Success, or why not.</summary>
    GroupReply CheckCommit(CommitOffsetsRequest request, long nowMs);

    /// <summary>Whether somebody may read offsets as this member: success, or why not.</summary>
    GroupReply CheckFetch(FetchingMember? member);

    /// <summary>Whether offsets may be deleted at all: success, or why not. Those of a <see cref="SubscribesTo">subscribed</see> topic may not.</summary>
    GroupReply CheckDeleteOffsets();

    /// <summary>True when members read the topic, as far as their protocol tells.</summary>
    bool SubscribesTo(string topic);

    /// <summary>Since when the retention of an offset counts, milliseconds since 1970; null while it does not.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="commitTimestampMs">When the offset was committed.</param>
    long? ExpiryBaseMs(string topic, long commitTimestampMs);

    /// <summary>Ends the group when it has no members: success, and the state is <see cref="GroupState.Dead"/>, or why not.</summary>
    GroupReply TryEnd();
}
