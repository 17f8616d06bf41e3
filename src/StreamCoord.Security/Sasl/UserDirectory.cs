using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace StreamCoord.Security;

/// <summary>
/// Everybody who can prove who they are with a password: those of the configuration, and those whose credentials are stored. The former hide the latter. Safe for concurrent use.
/// </summary>
/// <param name="configured">Passwords by user (<c>Kafka:SaslUsers</c>).</param>
/// <param name="store">Stored credentials; loaded.</param>
/// <param name="secret">Random bytes that nobody else knows and that the process keeps to itself.</param>
public sealed class UserDirectory(IReadOnlyDictionary<string, string> configured, ISecurityStore store, byte[] secret)
{
    private const int SaltBytes = 20;

    private readonly FrozenDictionary<string, string> _configured = configured.ToFrozenDictionary();
    private readonly ConcurrentDictionary<(string User, SaslMechanism Mechanism), ScramCredential> _derived = new();
    private readonly ConditionalWeakTable<ScramCredential, byte[]> _verified = [];

    /// <summary>
    /// What a proof of a user is checked against: for one that does not exist a decoy that no password fits.
    /// </summary>
    public ScramCredential Find(SaslMechanism mechanism, string user)
    {
        if (_configured.TryGetValue(user, out string? password))
        {
            return _derived.GetOrAdd((user, mechanism), key =>
                ScramCredential.FromPassword(key.Mechanism, password, HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(key.User))[..SaltBytes], ScramCredential.IterationsMin));
        }
        return store.Current.Users.GetValueOrDefault(user)?.Of(mechanism) ?? ScramCredential.Decoy(mechanism, user, secret);
    }

    /// <summary>Whether a password is a user's. Takes as long for a user that does not exist.</summary>
    public bool Verify(string user, string password)
    {
        if (_configured.TryGetValue(user, out string? own))
        {
            return CryptographicOperations.FixedTimeEquals(Fingerprint(own), Fingerprint(password));
        }
        UserCredentials? stored = store.Current.Users.GetValueOrDefault(user);
        ScramCredential credential = stored?.Of(SaslMechanism.Plain) ?? ScramCredential.Decoy(SaslMechanism.ScramSha256, user, secret);
        // Whoever sends the password with every request costs thousands of rounds only once.
        byte[] fingerprint = Fingerprint(password);
        if (_verified.TryGetValue(credential, out byte[]? known) && CryptographicOperations.FixedTimeEquals(known, fingerprint))
        {
            return true;
        }
        bool isRight = credential.Verify(password) && stored is not null;
        if (isRight)
        {
            _verified.AddOrUpdate(credential, fingerprint);
        }
        return isRight;
    }

    private byte[] Fingerprint(string password) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(password));
}
