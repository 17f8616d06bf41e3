using System.Security.Cryptography;
using System.Text;

namespace StreamCoord.Security;

/// <summary>
/// The service's side of DIGEST-MD5 (RFC 2831): for clients of ZooKeeper, which know no better mechanism. Only authentication: no integrity or confidentiality, which is what TLS is for, and no
/// second login by the same challenge.
/// </summary>
/// <remarks>For one client, one caller at a time. Always: <see cref="AuthorizationId"/> is set when, and only when, the client has proved the user's password by this exchange's nonce.</remarks>
/// <param name="service">The service of the digest-uri, such as <c>zookeeper</c>.</param>
/// <param name="realm">The realm of the users.</param>
/// <param name="nonce">What no other exchange has had, and nobody can guess.</param>
/// <param name="passwords">The passwords by user.</param>
public sealed class DigestMd5Exchange(string service, string realm, string nonce, IReadOnlyDictionary<string, string> passwords)
{
    private const string FirstUse = "00000001";
    private const string Authentication = "auth";

    private bool _isChallenged;

    /// <summary>Who the client has proved to be; null before that.</summary>
    public string? AuthorizationId { get; private set; }

    /// <summary>Takes what the client says, and returns what it is answered.</summary>
    /// <param name="token">Anything at first, which asks for the challenge; then the response to it.</param>
    /// <exception cref="SaslException">The client has not proved who it is.</exception>
    public byte[] Step(ReadOnlySpan<byte> token)
    {
        if (AuthorizationId is not null)
        {
            throw new SaslException("The exchange has ended.");
        }
        if (!_isChallenged)
        {
            _isChallenged = true;
            return Encoding.UTF8.GetBytes($"realm=\"{realm}\",nonce=\"{nonce}\",qop=\"{Authentication}\",charset=utf-8,algorithm=md5-sess");
        }
        var response = DigestMd5Directives.Parse(token);
        string user = response.Require("username");
        string authorizationId = response.Find("authzid") ?? user;
        bool isForThis = response.Require("nonce") == nonce && response.Require("nc") == FirstUse && (response.Find("realm") ?? "") == realm
            && (response.Find("qop") ?? Authentication) == Authentication
            && response.Require("digest-uri").StartsWith(service + '/', StringComparison.Ordinal) && authorizationId == user;
        // Computed for users that there are not too, so that time does not tell who exists.
        byte[] secret = SecretOf(user, passwords.GetValueOrDefault(user, ""), response);
        bool isProved = CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Digest(secret, "AUTHENTICATE:", response)), Encoding.UTF8.GetBytes(response.Require("response")));
        if (!isForThis || !isProved || !passwords.ContainsKey(user))
        {
            throw new SaslException("The user or the password is wrong, or the response is for another challenge.");
        }
        AuthorizationId = authorizationId;
        return Encoding.UTF8.GetBytes($"rspauth={Digest(secret, ":", response)}");
    }

    private byte[] SecretOf(string user, string password, DigestMd5Directives response)
    {
        byte[] credentials = Hash(Narrow($"{user}:{realm}:{password}"));
        string rest = $":{nonce}:{response.Require("cnonce")}{(response.Find("authzid") is { } authorizationId ? $":{authorizationId}" : "")}";
        return Hash([.. credentials, .. Encoding.UTF8.GetBytes(rest)]);
    }

    private string Digest(byte[] secret, string prefix, DigestMd5Directives response)
    {
        string target = Hex(Hash(Encoding.UTF8.GetBytes(prefix + response.Require("digest-uri"))));
        return Hex(Hash(Encoding.UTF8.GetBytes($"{Hex(secret)}:{nonce}:{FirstUse}:{response.Require("cnonce")}:{Authentication}:{target}")));
    }

    // Text that ISO 8859-1 has is hashed in ISO 8859-1, all other in UTF-8 (RFC 2831, 2.1.2.1).
    private static byte[] Narrow(string text) => text.All(character => character <= 0xff) ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

#pragma warning disable CA5351 // The mechanism is made of it.
    private static byte[] Hash(byte[] bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351
}
