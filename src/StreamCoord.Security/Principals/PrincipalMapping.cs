using System.Text.RegularExpressions;

namespace StreamCoord.Security;

/// <summary>
/// Makes a user's name of the subject of a certificate by rules (Kafka's <c>ssl.principal.mapping.rules</c>, KIP-371): the first that fits decides. Immutable.
/// </summary>
/// <remarks>Expressions are matched in linear time, so that no subject can hold up a thread; those that need more (back references, look-around) are refused.</remarks>
public sealed class PrincipalMapping
{
    private readonly Rule[] _rules;

    private PrincipalMapping(Rule[] rules) => _rules = rules;

    private enum Case
    {
        Kept,
        Lower,
        Upper,
    }

    /// <summary>The subject itself is the name.</summary>
    public static PrincipalMapping Default { get; } = new([new Rule(null, "", Case.Kept)]);

    /// <summary>Reads rules: <c>DEFAULT</c> or <c>RULE:pattern/replacement/</c> with <c>L</c> or <c>U</c> behind it, separated by commas; a slash in a pattern is written <c>\/</c>.</summary>
    /// <returns>A sentence that says what is wrong; null when nothing is.</returns>
    public static string? TryParse(string text, out PrincipalMapping mapping)
    {
        mapping = Default;
        var rules = new List<Rule>();
        int at = 0;
        while (at < text.Length)
        {
            if (TryReadRule(text, ref at, out Rule? rule) is { } problem)
            {
                return problem;
            }
            rules.Add(rule!);
            at = SkipSeparator(text, at);
            if (at < 0)
            {
                return "Rules are separated by commas.";
            }
        }
        if (rules.Count == 0)
        {
            return "There is no rule.";
        }
        mapping = new PrincipalMapping([.. rules]);
        return null;
    }

    /// <summary>The name; null when no rule fits, and the certificate proves nothing.</summary>
    public string? Map(string distinguishedName)
    {
        foreach (Rule rule in _rules)
        {
            if (rule.Apply(distinguishedName) is { } name)
            {
                return name;
            }
        }
        return null;
    }

    private static string? TryReadRule(string text, ref int at, out Rule? rule)
    {
        const string DefaultRule = "DEFAULT";
        const string Prefix = "RULE:";
        rule = null;
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
        if (string.CompareOrdinal(text, at, DefaultRule, 0, DefaultRule.Length) == 0)
        {
            at += DefaultRule.Length;
            rule = new Rule(null, "", Case.Kept);
            return null;
        }
        if (string.CompareOrdinal(text, at, Prefix, 0, Prefix.Length) != 0)
        {
            return "A rule is DEFAULT or begins with RULE:.";
        }
        at += Prefix.Length;
        if (ReadPart(text, ref at) is not { } pattern || ReadPart(text, ref at) is not { } replacement)
        {
            return "A rule has the form RULE:pattern/replacement/, with L or U behind it.";
        }
        Case letters = at >= text.Length ? Case.Kept : text[at] switch { 'L' => Case.Lower, 'U' => Case.Upper, _ => Case.Kept };
        at += letters == Case.Kept ? 0 : 1;
        return TryMake(pattern, replacement, letters, out rule);
    }

    private static string? TryMake(string pattern, string replacement, Case letters, out Rule? rule)
    {
        rule = null;
        try
        {
            rule = new Rule(new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), replacement, letters);
            return null;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return $"The expression '{pattern}' cannot be used: {failure.Message}";
        }
    }

    // Up to the next slash that has no backslash before it, which is passed over.
    private static string? ReadPart(string text, ref int at)
    {
        int start = at;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == '/')
            {
                return text[start..at++];
            }
        }
        return null;
    }

    private static int SkipSeparator(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
        return at >= text.Length ? at : text[at] == ',' ? at + 1 : -1;
    }

    private sealed record Rule(Regex? Pattern, string Replacement, Case Letters)
    {
        public string? Apply(string name)
        {
            if (Pattern is null)
            {
                return name;
            }
            if (!Pattern.IsMatch(name))
            {
                return null;
            }
            string mapped = Pattern.Replace(name, Replacement);
#pragma warning disable CA1308 // Lower case is what the rule asks for.
            return Letters switch { Case.Lower => mapped.ToLowerInvariant(), Case.Upper => mapped.ToUpperInvariant(), _ => mapped };
#pragma warning restore CA1308
        }
    }
}
