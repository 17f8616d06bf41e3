namespace StreamCoord.Groups.Consumer;

/// <summary>How far a member of a consumer group is on its way to its target. The numbers are those of Kafka's records.</summary>
public enum MemberState
{
    /// <summary>It has what it is to have at its epoch.</summary>
    Stable = 0,

    /// <summary>It has to give partitions back first.</summary>
    Unrevoked = 1,

    /// <summary>It waits for partitions that others have not given back.</summary>
    Unreleased = 2,
}
