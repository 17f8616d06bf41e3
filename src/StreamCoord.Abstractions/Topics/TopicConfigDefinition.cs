using System.Globalization;

namespace StreamCoord.Topics;

/// <summary>The type of a topic configuration; the numbers are those of Kafka's DescribeConfigs.</summary>
public enum TopicConfigType : byte
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 1,

    /// <summary>One of a list of words.</summary>
    Word = 2,

    /// <summary>A 32-bit number.</summary>
    Int = 3,

    /// <summary>A 64-bit number.</summary>
    Long = 5,

    /// <summary>A number with a fraction.</summary>
    Double = 6,

    /// <summary>Words separated by commas.</summary>
    WordList = 7,
}

/// <summary>One configuration that a topic may set: its name, type, default and range. Immutable.</summary>
/// <param name="Name">Kafka's name of it.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Default">The value of a topic that does not set it.</param>
/// <param name="Min">The smallest number allowed; not used for words.</param>
/// <param name="Max">The largest number allowed; not used for words.</param>
/// <param name="Words">The words allowed; empty for numbers.</param>
/// <param name="Documentation">One sentence for people.</param>
public sealed record TopicConfigDefinition(
    string Name, TopicConfigType Type, string Default, double Min, double Max, IReadOnlyList<string> Words, string Documentation)
{
    /// <summary>The values accepted, in words.</summary>
    public string Accepted => Type switch
    {
        TopicConfigType.Boolean => "true or false",
        TopicConfigType.Word => $"one of {string.Join(", ", Words)}",
        TopicConfigType.WordList => $"a comma-separated list of {string.Join(", ", Words)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"a number from {Plain(Min)} to {Plain(Max)}"),
    };

    /// <summary>Null for a value that is legal, else a sentence that names the accepted values.</summary>
    public string? Check(string value)
    {
        bool legal = Type switch
        {
            TopicConfigType.Boolean => value is "true" or "false",
            TopicConfigType.Word => Words.Contains(value),
            TopicConfigType.WordList => SplitWords(value) is { Count: > 0 } words && words.All(Words.Contains),
            TopicConfigType.Int => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) && InRange(i),
            TopicConfigType.Long => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long l) && InRange(l),
            TopicConfigType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double d) && InRange(d),
            _ => false,
        };
        return legal ? null : $"'{value}' is not a value of {Name}, which takes {Accepted}.";
    }

    /// <summary>The parts of a comma-separated value, trimmed.</summary>
    public static IReadOnlyList<string> SplitWords(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(double bound) => bound >= long.MaxValue
        ? long.MaxValue.ToString(CultureInfo.InvariantCulture)
        : bound.ToString("0.######", CultureInfo.InvariantCulture);

    private bool InRange(double number) => number >= Min && number <= Max;
}
