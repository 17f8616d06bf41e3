using System.Globalization;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>Versions of a message, from the first to the last.</summary>
internal readonly struct VersionRange(int first, int last)
{
    /// <summary>No version at all.</summary>
    public static readonly VersionRange None = new(int.MaxValue, int.MinValue);

    /// <summary>The first version.</summary>
    public int First { get; } = first;

    /// <summary>The last version; <see cref="int.MaxValue"/> for all later ones.</summary>
    public int Last { get; } = last;

    /// <summary>Whether there is no version in it.</summary>
    public bool IsEmpty => First > Last;

    /// <summary>Reads <c>3+</c>, <c>0-12</c>, <c>6</c> or <c>none</c>.</summary>
    public static VersionRange Parse(string text)
    {
        if (text == "none")
        {
            return None;
        }
        if (text.EndsWith("+", System.StringComparison.Ordinal))
        {
            return new VersionRange(Number(text.Substring(0, text.Length - 1)), int.MaxValue);
        }
        string[] ends = text.Split('-');
        return new VersionRange(Number(ends[0]), Number(ends[ends.Length - 1]));
    }

    /// <summary>Whether every version of another range is in this one.</summary>
    public bool Covers(VersionRange other) => First <= other.First && Last >= other.Last;

    /// <summary>The versions that are in both.</summary>
    public VersionRange Within(VersionRange other) => new(System.Math.Max(First, other.First), System.Math.Min(Last, other.Last));

    /// <summary>A C# condition on <c>version</c> that is true inside this range, given that it is inside <paramref name="known"/>; <c>true</c> when there is nothing to ask.</summary>
    public string Condition(VersionRange known)
    {
        if (Within(known).IsEmpty)
        {
            return "false";
        }
        string first = First > known.First ? "version >= " + Text(First) : "";
        string last = Last < known.Last ? "version <= " + Text(Last) : "";
        return (first, last) switch
        {
            ("", "") => "true",
            (_, "") => first,
            ("", _) => last,
            _ => first + " && " + last,
        };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
