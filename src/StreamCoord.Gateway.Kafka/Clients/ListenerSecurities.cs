namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>Facts about each <see cref="ListenerSecurity"/>.</summary>
public static class ListenerSecurities
{
    /// <summary>Kafka's word for it, such as <c>SASL_SSL</c>.</summary>
    public static string Name(this ListenerSecurity security) => security switch
    {
        ListenerSecurity.Ssl => "SSL",
        ListenerSecurity.SaslPlaintext => "SASL_PLAINTEXT",
        ListenerSecurity.SaslSsl => "SASL_SSL",
        _ => "PLAINTEXT",
    };

    /// <summary>Whether bytes are encrypted.</summary>
    public static bool HasTls(this ListenerSecurity security) => security is ListenerSecurity.Ssl or ListenerSecurity.SaslSsl;

    /// <summary>Whether clients must prove who they are by SASL.</summary>
    public static bool HasSasl(this ListenerSecurity security) => security is ListenerSecurity.SaslPlaintext or ListenerSecurity.SaslSsl;
}
