using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Acls;

/// <summary>The ways in which a connection can prove who its client is. Pure; safe for concurrent use.</summary>
public static class AuthSchemes
{
    /// <summary>Everybody; in access control lists only.</summary>
    public const string World = "world";

    /// <summary>Whatever the caller has proved; in access control lists that are to be stored only.</summary>
    public const string Auth = "auth";

    /// <summary>A user with a password.</summary>
    public const string Digest = "digest";

    /// <summary>The address of the client; known from the connection.</summary>
    public const string Ip = "ip";

    /// <summary>The subject of a client certificate; known from the connection.</summary>
    public const string X509 = "x509";

    /// <summary>The principal of a SASL exchange.</summary>
    public const string Sasl = "sasl";

    /// <summary>Whom no access control list stops.</summary>
    public const string Super = "super";

    /// <summary>Who a client proves to be by an auth packet (<c>addauth</c>).</summary>
    /// <param name="scheme">The scheme of the packet. Only <see cref="Digest"/> can be proved this way; <see cref="Ip"/> is known already, and so never wrong.</param>
    /// <param name="credentials">For <see cref="Digest"/>: <c>user:password</c> in UTF-8.</param>
    /// <param name="superDigest">The digest of the super user, or null for none.</param>
    /// <returns>The identities to add to the connection's; none with <see cref="ZNodeError.AuthFailed"/>.</returns>
    public static (ZNodeError Error, IReadOnlyList<AuthIdentity> Identities) Authenticate(string scheme, ReadOnlySpan<byte> credentials, string? superDigest)
    {
        if (scheme != Digest)
        {
            return (scheme == Ip ? ZNodeError.Ok : ZNodeError.AuthFailed, []);
        }
        string digest = DigestOf(Encoding.UTF8.GetString(credentials));
        var identity = new AuthIdentity(Digest, digest);
        return (ZNodeError.Ok, IsSame(digest, superDigest) ? [new AuthIdentity(Super, ""), identity] : [identity]);
    }

    /// <summary>The id of a user: <c>user:base64(sha1(user:password))</c> of <c>user:password</c>.</summary>
    public static string DigestOf(string userAndPassword)
    {
        int colon = userAndPassword.IndexOf(':');
        string user = colon < 0 ? userAndPassword : userAndPassword[..colon];
#pragma warning disable CA5350 // ZooKeeper's clients and stored lists have SHA-1 digests.
        byte[] hash = SHA1.HashData(Encoding.UTF8.GetBytes(userAndPassword));
#pragma warning restore CA5350
        return $"{user}:{Convert.ToBase64String(hash)}";
    }

    /// <summary>True for the schemes whose identities stand for somebody, so that <see cref="Auth"/> takes them.</summary>
    internal static bool IsProof(string scheme) => scheme is Digest or X509 or Sasl;

    private static bool IsSame(string digest, string? superDigest) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(digest.AsSpan()), MemoryMarshal.AsBytes(superDigest.AsSpan()));
}
