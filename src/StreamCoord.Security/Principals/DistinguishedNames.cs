using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace StreamCoord.Security;

/// <summary>Writes the subject of a certificate as Kafka sees it: RFC 2253, the most specific part first, without spaces. Pure.</summary>
public static class DistinguishedNames
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.6"] = "C",
        ["2.5.4.9"] = "STREET",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["0.9.2342.19200300.100.1.1"] = "UID",
    };

    /// <summary>The name, such as <c>CN=alice,OU=Sales,O=Example</c>. An attribute without a keyword of RFC 2253 is written as its number and its bytes.</summary>
    public static string Write(X500DistinguishedName name)
    {
        var text = new StringBuilder();
        foreach (X500RelativeDistinguishedName part in name.EnumerateRelativeDistinguishedNames())
        {
            text.Append(text.Length == 0 ? "" : ",").Append(Write(part));
        }
        return text.ToString();
    }

    private static string Write(X500RelativeDistinguishedName part)
    {
        if (part.HasMultipleElements)
        {
            return $"#{Convert.ToHexStringLower(part.RawData.Span)}";
        }
        string oid = part.GetSingleElementType().Value!;
        return Keywords.TryGetValue(oid, out string? keyword) && part.GetSingleElementValue() is { } value
            ? $"{keyword}={Escape(value)}"
            : $"{oid}=#{Convert.ToHexStringLower(part.RawData.Span)}";
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            bool isAtEnd = i == 0 || i == value.Length - 1;
            bool isSpecial = value[i] is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || (value[i] == '#' && i == 0) || (value[i] == ' ' && isAtEnd);
            text.Append(isSpecial ? "\\" : "").Append(value[i]);
        }
        return text.ToString();
    }
}
