using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamCoord.Security;

/// <summary>
/// What is kept of a password for one mechanism of SCRAM (RFC 5802): enough to check a proof, not enough to make one. Immutable; its text shows no secret.
/// </summary>
public sealed class ScramCredential
{
    /// <summary>The fewest rounds (RFC 7677).</summary>
    public const int IterationsMin = 4_096;

    /// <summary>The most rounds, as in Kafka: more would let anybody who tries a password spend the service's time.</summary>
    public const int IterationsMax = 16_384;

    private const int SaltBytesMax = 1_024;

    private ScramCredential(SaslMechanism mechanism, byte[] salt, byte[] storedKey, byte[] serverKey, int iterations) =>
        (Mechanism, Salt, StoredKey, ServerKey, Iterations) = (mechanism, salt, storedKey, serverKey, iterations);

    /// <summary>The mechanism.</summary>
    public SaslMechanism Mechanism { get; }

    /// <summary>How many rounds the password was hashed.</summary>
    public int Iterations { get; }

    /// <summary>The salt; clients get it.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    internal ReadOnlyMemory<byte> StoredKey { get; }

    internal ReadOnlyMemory<byte> ServerKey { get; }

    /// <summary>Makes it of a password.</summary>
    /// <exception cref="SaslException">The password has characters that none may have.</exception>
    public static ScramCredential FromPassword(SaslMechanism mechanism, string password, byte[] salt, int iterations) =>
        FromSaltedPassword(mechanism, salt, Hash(mechanism, password, salt, iterations), iterations);

    /// <summary>Makes it of what admin clients send instead of the password: the hash of the last round.</summary>
    public static ScramCredential FromSaltedPassword(SaslMechanism mechanism, byte[] salt, byte[] saltedPassword, int iterations) =>
        new(mechanism, salt, Digest(mechanism, Hmac(mechanism, saltedPassword, "Client Key"u8)), Hmac(mechanism, saltedPassword, "Server Key"u8), iterations);

    /// <summary>A credential that nobody has the password of, always the same for a name: who asks for a user that does not exist sees the same as for another.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="user">The name.</param>
    /// <param name="secret">Known to nobody else.</param>
    public static ScramCredential Decoy(SaslMechanism mechanism, string user, byte[] secret)
    {
        const int DecoySaltBytes = 20;
        byte[] salt = Hmac(SaslMechanism.ScramSha512, secret, Encoding.UTF8.GetBytes(user));
        return FromSaltedPassword(mechanism, salt[..DecoySaltBytes], salt[DecoySaltBytes..], IterationsMin);
    }

    /// <summary>Reads the form in which Kafka keeps it: <c>salt=…,stored_key=…,server_key=…,iterations=…</c>; null when it has not that form.</summary>
    public static ScramCredential? TryParse(SaslMechanism mechanism, string text)
    {
        Dictionary<string, string> parts = [];
        foreach (string part in text.Split(','))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                return null;
            }
        }
        int size = DigestBytes(mechanism);
        return Bytes("salt") is { Length: > 0 and <= SaltBytesMax } salt && Bytes("stored_key") is { } stored && stored.Length == size && Bytes("server_key") is { } server && server.Length == size
            && int.TryParse(parts.GetValueOrDefault("iterations"), NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) && iterations is >= IterationsMin and <= IterationsMax
            ? new ScramCredential(mechanism, salt, stored, server, iterations)
            : null;

        byte[]? Bytes(string name)
        {
            byte[] bytes = new byte[text.Length];
            return parts.TryGetValue(name, out string? value) && Convert.TryFromBase64String(value, bytes, out int count) ? bytes[..count] : null;
        }
    }

    /// <summary>Writes the form in which Kafka keeps it.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"salt={Convert.ToBase64String(Salt.Span)},stored_key={Convert.ToBase64String(StoredKey.Span)},server_key={Convert.ToBase64String(ServerKey.Span)},iterations={Iterations}");

    /// <summary>Whether a password is the one; takes as long for any.</summary>
    public bool Verify(string password)
    {
        byte[] salted;
        try
        {
            salted = Hash(Mechanism, password, Salt.ToArray(), Iterations);
        }
        catch (SaslException)
        {
            return false;
        }
        return CryptographicOperations.FixedTimeEquals(Digest(Mechanism, Hmac(Mechanism, salted, "Client Key"u8)), StoredKey.Span);
    }

    /// <summary>Whether a client's proof over a conversation is right.</summary>
    internal bool VerifyProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> conversation)
    {
        byte[] signature = Hmac(Mechanism, StoredKey.Span, conversation);
        if (proof.Length != signature.Length)
        {
            return false;
        }
        for (int i = 0; i < signature.Length; i++)
        {
            signature[i] ^= proof[i];
        }
        return CryptographicOperations.FixedTimeEquals(Digest(Mechanism, signature), StoredKey.Span);
    }

    /// <summary>What proves to the client that the server knows its password.</summary>
    internal byte[] Sign(ReadOnlySpan<byte> conversation) => Hmac(Mechanism, ServerKey.Span, conversation);

    /// <summary>The length of a hash. Bytes.</summary>
    public static int DigestBytes(SaslMechanism mechanism) => mechanism == SaslMechanism.ScramSha256 ? SHA256.HashSizeInBytes : SHA512.HashSizeInBytes;

    private static byte[] Hash(SaslMechanism mechanism, string password, byte[] salt, int iterations)
    {
        string prepared = SaslPrep.TryPrepare(password) ?? throw new SaslException("The password has characters that none may have.");
        return Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(prepared), salt, iterations, mechanism == SaslMechanism.ScramSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, DigestBytes(mechanism));
    }

    private static byte[] Hmac(SaslMechanism mechanism, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        mechanism == SaslMechanism.ScramSha256 ? HMACSHA256.HashData(key, data) : HMACSHA512.HashData(key, data);

    private static byte[] Digest(SaslMechanism mechanism, ReadOnlySpan<byte> data) => mechanism == SaslMechanism.ScramSha256 ? SHA256.HashData(data) : SHA512.HashData(data);
}
