namespace StreamCoord.Security;

/// <summary>What is stored of a user's password: a credential for each mechanism of SCRAM, or for one of them. Immutable.</summary>
/// <param name="Sha256">For SCRAM-SHA-256.</param>
/// <param name="Sha512">For SCRAM-SHA-512.</param>
public sealed record UserCredentials(ScramCredential? Sha256, ScramCredential? Sha512)
{
    /// <summary>That of a mechanism; of PLAIN either, as it checks the password itself.</summary>
    public ScramCredential? Of(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.ScramSha256 => Sha256,
        SaslMechanism.ScramSha512 => Sha512,
        _ => Sha256 ?? Sha512,
    };

    /// <summary>Both, as far as there are.</summary>
    public IEnumerable<ScramCredential> All => new[] { Sha256, Sha512 }.OfType<ScramCredential>();
}
