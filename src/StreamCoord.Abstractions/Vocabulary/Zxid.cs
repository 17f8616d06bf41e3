using System.Globalization;

namespace StreamCoord;

/// <summary>
/// The number of a transaction of the znode tree: the term of the sequencer in the upper 32 bits, a counter below. Strictly increasing;
/// all comparisons are plain numeric, as in ZooKeeper.
/// </summary>
/// <param name="Value">0 stands for "before every transaction".</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.Zxid")]
public readonly record struct Zxid([property: Id(0)] long Value) : IComparable<Zxid>
{
    /// <summary>The largest counter of a term; the next transaction needs a new term (ZOOKEEPER-1277).</summary>
    public const long CounterMax = uint.MaxValue;

    /// <summary>Before every transaction. Value 0.</summary>
    public static readonly Zxid Zero = new(0);

    /// <summary>The first zxid of a term, which its epoch record has.</summary>
    public static Zxid FirstOf(LeaderEpoch epoch) => new((long)epoch.Value << 32);

    /// <summary>The term.</summary>
    public LeaderEpoch Epoch => new((int)(Value >> 32));

    /// <summary>The number within the term.</summary>
    public long Counter => Value & uint.MaxValue;

    /// <summary>The transaction after this one in the same term.</summary>
    public Zxid Next()
    {
        Invariant.Holds(Counter < CounterMax);
        return new Zxid(Value + 1);
    }

    /// <summary>True when <paramref name="left"/> is earlier.</summary>
    public static bool operator <(Zxid left, Zxid right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> is later.</summary>
    public static bool operator >(Zxid left, Zxid right) => left.Value > right.Value;

    /// <summary>True when <paramref name="left"/> is not later.</summary>
    public static bool operator <=(Zxid left, Zxid right) => left.Value <= right.Value;

    /// <summary>True when <paramref name="left"/> is not earlier.</summary>
    public static bool operator >=(Zxid left, Zxid right) => left.Value >= right.Value;

    /// <summary>The later of the two.</summary>
    public static Zxid Max(Zxid left, Zxid right) => left > right ? left : right;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Zxid zxid)
    {
        zxid = Zero;
        if (!text.StartsWith("0x") || !long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long value))
        {
            return false;
        }
        zxid = new Zxid(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(Zxid other) => Value.CompareTo(other.Value);

    /// <summary>As ZooKeeper prints it: <c>0x</c> and hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}");
}
