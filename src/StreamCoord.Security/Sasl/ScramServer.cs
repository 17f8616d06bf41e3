using System.Text;

namespace StreamCoord.Security;

/// <summary>
/// The server's side of one conversation of SCRAM (RFC 5802, RFC 7677), without channel binding: the client's first message, then its final one. For one caller; for one
/// conversation. Whoever it names has proved to know the password.
/// </summary>
/// <param name="find">The credential of a user whose name is prepared (RFC 4013). For one that does not exist it gives a decoy, so that nobody can tell.</param>
/// <param name="serverNonce">Random printable characters without a comma, which no other conversation has.</param>
public sealed class ScramServer(Func<string, ScramCredential> find, string serverNonce)
{
    private const int ClientNonceCharsMax = 1_024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ScramCredential? _credential;
    private string _header = "";
    private string _nonce = "";
    private string _conversation = "";
    private string _user = "";

    /// <summary>Who has proved to know their password; null until then.</summary>
    public string? User { get; private set; }

    /// <summary>Answers the client's next message.</summary>
    /// <exception cref="SaslException">It is not what it should be, or proves nothing. The conversation is over.</exception>
    public byte[] Answer(ReadOnlySpan<byte> message)
    {
        string text = Decode(message);
        return Encoding.UTF8.GetBytes(_credential is null ? Begin(text) : User is null ? Finish(text) : throw new SaslException("The conversation is over."));
    }

    private static string Decode(ReadOnlySpan<byte> message)
    {
        try
        {
            return StrictUtf8.GetString(message);
        }
        catch (DecoderFallbackException)
        {
            throw new SaslException("The message of SCRAM is not UTF-8.");
        }
    }

    // n,[a=authorization id],n=user,r=nonce[,extensions]
    private string Begin(string message)
    {
        string[] parts = message.Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y"))
        {
            throw new SaslException(parts[0].StartsWith("p=", StringComparison.Ordinal) ? "Channels are not bound here." : "The first message of SCRAM does not begin as it must.");
        }
        _user = Name(parts[2], "n=");
        if (parts[1].Length > 0 && Name(parts[1], "a=") != _user)
        {
            throw new SaslException("Nobody can act for somebody else: the authorization id is not the user.");
        }
        if (parts[3].Length is <= 2 or > ClientNonceCharsMax || !parts[3].StartsWith("r=", StringComparison.Ordinal))
        {
            throw new SaslException("The first message of SCRAM has no nonce.");
        }
        if (parts.Skip(4).Contains("tokenauth=true"))
        {
            throw new SaslException("There are no delegation tokens here.");
        }
        _header = $"{parts[0]},{parts[1]},";
        _nonce = parts[3][2..] + serverNonce;
        _credential = find(_user);
        string answer = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(_credential.Salt.Span)},i={_credential.Iterations}");
        _conversation = $"{string.Join(',', parts.Skip(2))},{answer}";
        return answer;
    }

    // c=header in base64,r=both nonces[,extensions],p=proof
    private string Finish(string message)
    {
        int proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        string[] parts = proofAt < 0 ? [] : message[..proofAt].Split(',');
        // librdkafka before 2.6.1 puts its own nonce before both (its pull request 4895), which Kafka's brokers let pass; what matters is that ours is in what is proved.
        bool isOfConversation = parts.Length >= 2 && parts[0] == $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(_header))}"
            && parts[1].StartsWith("r=", StringComparison.Ordinal) && parts[1].EndsWith(_nonce, StringComparison.Ordinal);
        byte[] proof = new byte[message.Length];
        if (!isOfConversation || !Convert.TryFromBase64String(message[(proofAt + 3)..], proof, out int proofBytes))
        {
            throw new SaslException("The final message of SCRAM is not of this conversation.");
        }
        byte[] conversation = Encoding.UTF8.GetBytes($"{_conversation},{message[..proofAt]}");
        if (!_credential!.VerifyProof(proof.AsSpan(0, proofBytes), conversation))
        {
            throw new SaslException("The user or the password is wrong.");
        }
        User = _user;
        return $"v={Convert.ToBase64String(_credential.Sign(conversation))}";
    }

    private static string Name(string part, string prefix)
    {
        string text = part.StartsWith(prefix, StringComparison.Ordinal) ? part[prefix.Length..] : "";
        string name = text.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        bool isEscapedRight = text.Count(c => c == '=') == Count(text, "=2C") + Count(text, "=3D");
        return isEscapedRight && SaslPrep.TryPrepare(name) is { Length: > 0 } prepared ? prepared : throw new SaslException("The first message of SCRAM names no user.");
    }

    private static int Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;
}
