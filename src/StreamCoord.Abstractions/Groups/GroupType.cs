namespace StreamCoord.Groups;

/// <summary>The protocol that a group's members speak. The names, in lower case, are those that Kafka's tools show.</summary>
public enum GroupType
{
    /// <summary>Members join generations, and one of them assigns; also what has no members and never had.</summary>
    Classic = 0,

    /// <summary>The service assigns, and each member moves at its own pace (KIP-848).</summary>
    Consumer = 1,
}
