using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Access control entries as text, <c>scheme:id:permissions</c>: the scheme ends at the first colon, the permissions, letters of <c>cdrwa</c>, begin behind the
/// last, so that an id may hold colons. The tree judges whether scheme and id are right.
/// </summary>
internal static class AclText
{
    private const string Letters = "cdrwa";

    private static readonly ZNodePermissions[] OfLetters =
        [ZNodePermissions.Create, ZNodePermissions.Delete, ZNodePermissions.Read, ZNodePermissions.Write, ZNodePermissions.Admin];

    /// <summary>One entry as text.</summary>
    public static string Format(AclEntry entry)
    {
        string permissions = string.Concat(Letters.Where((_, i) => entry.Permissions.HasFlag(OfLetters[i])));
        return $"{entry.Scheme}:{entry.Id}:{permissions}";
    }

    /// <summary>Reads one entry.</summary>
    /// <exception cref="RequestException">It has another form.</exception>
    public static AclEntry Parse(string text) => TryParse(text) ?? throw Malformed(text);

    /// <summary>Reads entries that are separated by commas. A comma within an id separates nothing, since what stands before it is no entry yet.</summary>
    /// <exception cref="RequestException">They have another form.</exception>
    public static IEnumerable<AclEntry> ParseList(string text)
    {
        int start = 0;
        for (int end = 0; end <= text.Length; end++)
        {
            if (end < text.Length && text[end] != ',')
            {
                continue;
            }
            if (TryParse(text[start..end]) is { } entry)
            {
                yield return entry;
                start = end + 1;
            }
            else if (end == text.Length)
            {
                throw Malformed(text[start..]);
            }
        }
    }

    private static AclEntry? TryParse(string text)
    {
        int first = text.IndexOf(':', StringComparison.Ordinal);
        int last = text.LastIndexOf(':');
        if (first <= 0 || first == last)
        {
            return null;
        }
        ZNodePermissions permissions = ZNodePermissions.None;
        foreach (char letter in text.AsSpan(last + 1))
        {
            int bit = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (bit < 0)
            {
                return null;
            }
            permissions |= OfLetters[bit];
        }
        return new AclEntry(permissions, text[..first], text[(first + 1)..last]);
    }

    private static RequestException Malformed(string text) => new(ZNodeErrors.Of(
        ZNodeError.InvalidAcl, $"'{text}' is not an access control entry: it takes scheme:id:permissions, such as world:anyone:cdrwa, with letters of {Letters}."));
}
