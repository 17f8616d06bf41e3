using System.Text;

namespace StreamCoord.Security;

/// <summary>What a client of PLAIN sends (RFC 4616). Immutable; its text shows no password.</summary>
public sealed class PlainMessage
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PlainMessage(string user, string password) => (User, Password) = (user, password);

    /// <summary>Who.</summary>
    public string User { get; }

    /// <summary>The password.</summary>
    public string Password { get; }

    /// <summary>Reads <c>[authorization id] NUL user NUL password</c>.</summary>
    /// <exception cref="SaslException">It has not that form, or is for somebody else than the user.</exception>
    public static PlainMessage Parse(ReadOnlySpan<byte> message)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(message);
        }
        catch (DecoderFallbackException)
        {
            throw new SaslException("The message of PLAIN is not UTF-8.");
        }
        string[] parts = text.Split('\0');
        if (parts is not [var authorizationId, { Length: > 0 } user, { Length: > 0 } password])
        {
            throw new SaslException("The message of PLAIN does not have a user and a password.");
        }
        return authorizationId.Length == 0 || authorizationId == user
            ? new PlainMessage(user, password)
            : throw new SaslException("Nobody can act for somebody else: the authorization id is not the user.");
    }
}
