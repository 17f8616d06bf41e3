using System.Globalization;
using System.Text;

namespace StreamCoord.Security;

/// <summary>Makes names and passwords comparable that look the same (RFC 4013), where they come in Unicode's normal form KC, as clients send them. Pure.</summary>
/// <remarks>The process runs without the tables of languages, so it cannot bring text into that form; text in another form stays as it is, and is another name. Neither is the direction of letters looked at.</remarks>
public static class SaslPrep
{
    /// <summary>The text as it is compared; null when it holds a character that no name or password may have, or half of one.</summary>
    public static string? TryPrepare(string text)
    {
        if (text.All(c => c is >= ' ' and < '\x7f'))
        {
            return text;
        }
        var mapped = new StringBuilder();
        foreach (char c in text)
        {
            // RFC 3454, B.1 and C.1.2: some are mapped to nothing, other spaces to the one.
            if (!IsMappedToNothing(c))
            {
                mapped.Append(char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator ? ' ' : c);
            }
        }
        string result = mapped.ToString();
        return result.EnumerateRunes().Any(IsProhibited) ? null : result;
    }

    private static bool IsMappedToNothing(char c) =>
        c is '\u00ad' or '\u034f' or '\u1806' or (>= '\u180b' and <= '\u180d') or (>= '\u200b' and <= '\u200d') or '\u2060' or (>= '\ufe00' and <= '\ufe0f') or '\ufeff';

    private static bool IsProhibited(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned || rune.Value == 0xfffd;
}
