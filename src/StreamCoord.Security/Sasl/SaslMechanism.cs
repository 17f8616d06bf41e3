namespace StreamCoord.Security;

/// <summary>How users of Kafka's protocol prove who they are.</summary>
public enum SaslMechanism
{
    /// <summary>The password as it is (RFC 4616): only over an encrypted connection.</summary>
    Plain = 0,

    /// <summary>A proof of the password (RFC 5802, RFC 7677); the number is Kafka's.</summary>
    ScramSha256 = 1,

    /// <summary>The same with another hash; the number is Kafka's.</summary>
    ScramSha512 = 2,
}
