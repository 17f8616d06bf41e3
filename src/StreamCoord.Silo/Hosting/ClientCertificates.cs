namespace StreamCoord.Silo.Hosting;

/// <summary>Whether clients show a certificate when they connect (Kafka's <c>ssl.client.auth</c>).</summary>
internal enum ClientCertificates
{
    /// <summary>They are not asked.</summary>
    None,

    /// <summary>They are asked, and may have none.</summary>
    Requested,

    /// <summary>They must.</summary>
    Required,
}
