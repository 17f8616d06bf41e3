using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// A regular expression that subscribes to every topic whose whole name it matches. Kafka takes RE2's; here .NET's are taken that need no backtracking, which differ in rare forms such as
/// <c>(?P&lt;name&gt;…)</c> and <c>\C</c>. Immutable.
/// </summary>
/// <remarks>
/// It comes from outside: its length, its repetitions and, by the host's <c>REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE</c>, its automaton are bounded, and with them the steps of a match, which rise with the length of the
/// name alone. There is no limit of time: on a busy machine it would say of a topic that it does not match.
/// </remarks>
internal sealed partial class TopicPattern
{
    private const int LengthMax = 4_096;

    /// <summary>The most repetitions that all bounds of a pattern may multiply to: RE2 has a like limit of 1000 for each.</summary>
    private const long RepetitionsMax = 10_000;

    private readonly Regex _regex;

    private TopicPattern(string pattern, Regex regex) => (Text, _regex) = (pattern, regex);

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>Reads an expression; returns what is wrong with it, or null.</summary>
    public static string? TryParse(string pattern, out TopicPattern? parsed)
    {
        parsed = null;
        if (pattern.Length > LengthMax)
        {
            return $"It has {pattern.Length} characters, and may have {LengthMax}.";
        }
        if (CountRepetitions(pattern) > RepetitionsMax)
        {
            return $"Its bounds repeat more than {RepetitionsMax} times together.";
        }
        try
        {
            // By itself first: what closes a group that it has not opened must not close ours.
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            parsed = new TopicPattern(pattern, new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
            return null;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether a topic is subscribed to.</summary>
    public bool Matches(string topic) => _regex.IsMatch(topic);

    private static long CountRepetitions(string pattern)
    {
        long product = 1;
        foreach (Match bounds in Bounds().Matches(pattern))
        {
            string highest = bounds.Groups[2].Length > 0 ? bounds.Groups[2].Value : bounds.Groups[1].Value;
            product *= long.TryParse(highest, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? Math.Max(1, Math.Min(count, RepetitionsMax + 1)) : RepetitionsMax + 1;
            if (product > RepetitionsMax)
            {
                break;
            }
        }
        return product;
    }

    [GeneratedRegex(@"\{([0-9]+)(?:,([0-9]*))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Bounds();
}
