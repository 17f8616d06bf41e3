namespace StreamCoord;

/// <summary>
/// The position of a record in a partition's log. Offsets are gapless when assigned, start at 0 and are never reused;
/// compaction may remove records and so leave gaps. Unit: records.
/// </summary>
/// <param name="Value">0 or greater; -1 stands for "none" (<see cref="None"/>).</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.Offset")]
public readonly record struct Offset([property: Id(0)] long Value) : IComparable<Offset>
{
    /// <summary>No offset is known. Value -1, as on the Kafka wire.</summary>
    public static readonly Offset None = new(-1);

    /// <summary>The first offset of a new log.</summary>
    public static readonly Offset Zero = new(0);

    /// <summary>The smaller of two offsets.</summary>
    public static Offset Min(Offset left, Offset right) => left.Value <= right.Value ? left : right;

    /// <summary>The larger of two offsets.</summary>
    public static Offset Max(Offset left, Offset right) => left.Value >= right.Value ? left : right;

    /// <summary>The offset <paramref name="count"/> records further on.</summary>
    public static Offset operator +(Offset offset, long count) => new(offset.Value + count);

    /// <summary>The number of offsets from <paramref name="right"/> to <paramref name="left"/>.</summary>
    public static long operator -(Offset left, Offset right) => left.Value - right.Value;

    /// <summary>True when <paramref name="left"/> lies before <paramref name="right"/>.</summary>
    public static bool operator <(Offset left, Offset right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> lies after <paramref name="right"/>.</summary>
    public static bool operator >(Offset left, Offset right) => left.Value > right.Value;

    /// <summary>True when <paramref name="left"/> does not lie after <paramref name="right"/>.</summary>
    public static bool operator <=(Offset left, Offset right) => left.Value <= right.Value;

    /// <summary>True when <paramref name="left"/> does not lie before <paramref name="right"/>.</summary>
    public static bool operator >=(Offset left, Offset right) => left.Value >= right.Value;

    /// <summary>See the operator.</summary>
    public static Offset Add(Offset offset, long count) => offset + count;

    /// <summary>See the operator.</summary>
    public static long Subtract(Offset left, Offset right) => left - right;

    /// <inheritdoc/>
    public int CompareTo(Offset other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
