using System.Text;

namespace StreamCoord.Security;

/// <summary>The directives of a message of DIGEST-MD5: <c>name=value,name="value"</c> (RFC 2831, 7.1). Immutable.</summary>
public sealed class DigestMd5Directives
{
    /// <summary>The longest message (RFC 2831, 2.1.2).</summary>
    private const int MessageBytesMax = 4_096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private DigestMd5Directives()
    {
    }

    /// <summary>The value of a directive, or null.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>The value of a directive.</summary>
    /// <exception cref="SaslException">It is not there.</exception>
    public string Require(string name) => Find(name) ?? throw new SaslException($"The message has no {name}.");

    /// <summary>Reads a message.</summary>
    /// <exception cref="SaslException">It is too long, malformed, or has a directive twice.</exception>
    public static DigestMd5Directives Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length > MessageBytesMax)
        {
            throw new SaslException($"A message of {message.Length} bytes: it may have {MessageBytesMax}.");
        }
        string text;
        try
        {
            text = StrictUtf8.GetString(message);
        }
        catch (DecoderFallbackException)
        {
            throw new SaslException("The message is not UTF-8.");
        }
        var directives = new DigestMd5Directives();
        for (int at = 0; at < text.Length;)
        {
            at = directives.Read(text, at);
        }
        return directives;
    }

    // One directive and the comma behind it; returns where the next one begins.
    private int Read(string text, int at)
    {
        int equals = text.IndexOf('=', at);
        if (equals < 0)
        {
            throw new SaslException("A directive has no value.");
        }
        string name = text[at..equals].Trim();
        (string value, int end) = equals + 1 < text.Length && text[equals + 1] == '"' ? ReadQuoted(text, equals + 2) : ReadToken(text, equals + 1);
        if (!_values.TryAdd(name, value))
        {
            throw new SaslException($"The message has {name} twice.");
        }
        return end;
    }

    private static (string Value, int End) ReadToken(string text, int at)
    {
        int comma = text.IndexOf(',', at);
        int end = comma < 0 ? text.Length : comma;
        return (text[at..end].Trim(), Math.Min(end + 1, text.Length));
    }

    private static (string Value, int End) ReadQuoted(string text, int at)
    {
        var value = new StringBuilder();
        for (; at < text.Length && text[at] != '"'; at++)
        {
            at += text[at] == '\\' ? 1 : 0;
            value.Append(at < text.Length ? text[at] : throw new SaslException("A quoted value does not end."));
        }
        int next = at + 1;
        return at == text.Length ? throw new SaslException("A quoted value does not end.")
            : next == text.Length ? (value.ToString(), next)
            : text[next] == ',' ? (value.ToString(), next + 1)
            : throw new SaslException("Something stands behind a quoted value.");
    }
}
