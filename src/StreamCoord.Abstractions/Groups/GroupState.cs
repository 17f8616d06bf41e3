namespace StreamCoord.Groups;

/// <summary>The states of a group. The names are those that Kafka's tools show.</summary>
public enum GroupState
{
    /// <summary>No members; there may be offsets.</summary>
    Empty = 0,

    /// <summary>Members are asked to join again.</summary>
    PreparingRebalance = 1,

    /// <summary>All have joined; the leader's assignment is awaited.</summary>
    CompletingRebalance = 2,

    /// <summary>Every member has, or can have, its assignment.</summary>
    Stable = 3,

    /// <summary>The group is gone, or never was.</summary>
    Dead = 4,

    /// <summary>Of the consumer type: something has changed for which no target assignment is made yet.</summary>
    Assigning = 5,

    /// <summary>Of the consumer type: members are on their way to the target assignment.</summary>
    Reconciling = 6,
}
