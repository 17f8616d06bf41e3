namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>How the listener is secured (Kafka's security protocols).</summary>
public enum ListenerSecurity
{
    /// <summary>Plain text, and nobody proves who they are.</summary>
    Plaintext,

    /// <summary>TLS; a client's certificate says who it is.</summary>
    Ssl,

    /// <summary>Plain text; clients prove who they are.</summary>
    SaslPlaintext,

    /// <summary>TLS; clients prove who they are.</summary>
    SaslSsl,
}
