using System.Globalization;
using System.Text;

namespace StreamCoord.Security;

/// <summary>Makes names and passwords comparable that look the same (RFC 4013). Pure.</summary>
public static class SaslPrep
{
    /// <summary>The text in its normal form; null when it holds a character that no name or password may have. The direction of letters (RFC 3454, 6) is not looked at.</summary>
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
        try
        {
            string normal = mapped.ToString().Normalize(NormalizationForm.FormKC);
            return normal.EnumerateRunes().Any(IsProhibited) ? null : normal;
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    private static bool IsMappedToNothing(char c) =>
        c is '\u00ad' or '\u034f' or '\u1806' or (>= '\u180b' and <= '\u180d') or (>= '\u200b' and <= '\u200d') or '\u2060' or (>= '\ufe00' and <= '\ufe0f') or '\ufeff';

    private static bool IsProhibited(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned || rune.Value == 0xfffd;
}
