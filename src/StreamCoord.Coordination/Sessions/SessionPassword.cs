using System.Buffers.Binary;
using System.Security.Cryptography;

namespace StreamCoord.Coordination.Sessions;

/// <summary>
/// The passwords of sessions: made of a secret that all silos share, so that each can check what any has given out, and nobody can guess one from a session's id.
/// Safe for concurrent use.
/// </summary>
/// <param name="secret">The secret; not changed afterwards.</param>
public sealed class SessionPassword(byte[] secret)
{
    /// <summary>The length of a password, which ZooKeeper's clients count on.</summary>
    public const int SizeBytes = 16;

    private const int SecretBytes = 32;

    /// <summary>A new secret, for a tree that has none yet.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The password of a session.</summary>
    public byte[] Of(SessionId session)
    {
        byte[] password = new byte[SizeBytes];
        Write(session, password);
        return password;
    }

    /// <summary>True when the password is the session's. Takes as long whatever of it is wrong.</summary>
    public bool IsOf(SessionId session, ReadOnlySpan<byte> password)
    {
        Span<byte> expected = stackalloc byte[SizeBytes];
        Write(session, expected);
        return CryptographicOperations.FixedTimeEquals(expected, password);
    }

    private void Write(SessionId session, Span<byte> password)
    {
        Span<byte> id = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(id, session.Value);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, id, hash);
        hash[..SizeBytes].CopyTo(password);
    }
}
