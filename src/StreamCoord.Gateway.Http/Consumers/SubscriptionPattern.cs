using System.Text.RegularExpressions;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// A regular expression that subscribes to every topic whose whole name it matches, but for internal ones. It comes from outside: its length, its repetitions and, by the host's
/// <c>REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE</c>, its automaton are bounded, and matching takes steps that rise with the name alone, so backreferences and lookarounds are refused. Immutable.
/// </summary>
internal sealed class SubscriptionPattern
{
    private const int LengthMax = 1_024;
    private const int RepetitionsMax = 1_000;
    private readonly Regex _regex;

    private SubscriptionPattern(string text, Regex regex) => (Text, _regex) = (text, regex);

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>Reads an expression; returns what is wrong with it, or null.</summary>
    public static string? TryParse(string text, out SubscriptionPattern? pattern)
    {
        pattern = null;
        if (text.Length is 0 or > LengthMax)
        {
            return $"A pattern has 1 to {LengthMax} characters.";
        }
        if (HasLargeBound(text))
        {
            return $"A pattern's bounds repeat at most {RepetitionsMax} times together.";
        }
        try
        {
            // By itself first: what closes a group that it has not opened must not close ours.
            _ = new Regex(text, RegexOptions.CultureInvariant);
            pattern = new SubscriptionPattern(text, new Regex($@"\A(?:{text})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
            return null;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether a topic is subscribed to.</summary>
    public bool Matches(string topic) => !TopicName.IsInternal(topic) && _regex.IsMatch(topic);

    // An automaton without backtracking is as large as the product of the bounds.
    private static bool HasLargeBound(string text)
    {
        long product = 1;
        long number = -1;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c) && number >= 0)
            {
                number = Math.Min((number * 10) + (c - '0'), RepetitionsMax + 1);
                continue;
            }
            if (number > 1)
            {
                product = Math.Min(product * number, RepetitionsMax + 1);
            }
            number = c is '{' or ',' ? 0 : -1;
        }
        return product > RepetitionsMax;
    }
}
