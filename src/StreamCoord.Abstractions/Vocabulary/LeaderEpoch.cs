namespace StreamCoord;

/// <summary>
/// The term of a partition's leader (KIP-101). It only grows: each take-over claims a higher one, and a writer with a
/// lower one is refused.
/// </summary>
/// <param name="Value">0 or greater; -1 stands for "unknown", as on the Kafka wire.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.LeaderEpoch")]
public readonly record struct LeaderEpoch([property: Id(0)] int Value) : IComparable<LeaderEpoch>
{
    /// <summary>No epoch is known. Value -1.</summary>
    public static readonly LeaderEpoch Unknown = new(-1);

    /// <summary>The epoch after this one.</summary>
    public LeaderEpoch Next() => new(checked(Value + 1));

    /// <summary>The newer of two.</summary>
    public static LeaderEpoch Max(LeaderEpoch left, LeaderEpoch right) => left > right ? left : right;

    /// <summary>True when <paramref name="left"/> is older.</summary>
    public static bool operator <(LeaderEpoch left, LeaderEpoch right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> is newer.</summary>
    public static bool operator >(LeaderEpoch left, LeaderEpoch right) => left.Value > right.Value;

    /// <summary>True when <paramref name="left"/> is not newer.</summary>
    public static bool operator <=(LeaderEpoch left, LeaderEpoch right) => left.Value <= right.Value;

    /// <summary>True when <paramref name="left"/> is not older.</summary>
    public static bool operator >=(LeaderEpoch left, LeaderEpoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(LeaderEpoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
