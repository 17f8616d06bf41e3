namespace StreamCoord.Groups;

/// <summary>
/// A point in the life of a consumer group (KIP-848). The group, its target assignment and each member have one; all count along the same row, and a member's never passes the target's, which never
/// passes the group's.
/// </summary>
/// <param name="Value">1 or more for what has begun; members say 0 to join, -1 to leave and -2 to leave for a restart.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupEpoch")]
public readonly record struct GroupEpoch([property: Id(0)] int Value) : IComparable<GroupEpoch>
{
    /// <summary>A member that joins, or joins again. Value 0; also a group that has not begun.</summary>
    public static readonly GroupEpoch Joining = new(0);

    /// <summary>A member that leaves; also somebody who is no member. Value -1.</summary>
    public static readonly GroupEpoch Leaving = new(-1);

    /// <summary>A static member that leaves and will come back under its name. Value -2.</summary>
    public static readonly GroupEpoch LeavingForRestart = new(-2);

    /// <summary>The epoch after this one.</summary>
    public GroupEpoch Next() => new(checked(Value + 1));

    /// <summary>True when <paramref name="left"/> is older.</summary>
    public static bool operator <(GroupEpoch left, GroupEpoch right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> is newer.</summary>
    public static bool operator >(GroupEpoch left, GroupEpoch right) => left.Value > right.Value;

    /// <summary>True when <paramref name="left"/> is not newer.</summary>
    public static bool operator <=(GroupEpoch left, GroupEpoch right) => left.Value <= right.Value;

    /// <summary>True when <paramref name="left"/> is not older.</summary>
    public static bool operator >=(GroupEpoch left, GroupEpoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(GroupEpoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
