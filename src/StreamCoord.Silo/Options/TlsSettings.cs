using StreamCoord.Silo.Hosting;

namespace StreamCoord.Silo.Options;

/// <summary>What the silo proves itself with, and by whom its clients must be vouched for. Immutable; the files may change while it runs.</summary>
internal sealed class TlsSettings
{
    private const string Plain = "Plaintext";
    private const string Encrypted = "Ssl";

    /// <summary><c>Tls:CertificatePath</c>: the certificate, with those that vouch for it, in PEM. Read again when the file changes.</summary>
    /// <value>None: no listener can be encrypted.</value>
    public string? CertificatePath { get; init; }

    /// <summary><c>Tls:KeyPath</c>: the certificate's private key in PEM, without a password.</summary>
    /// <value>None: it stands in the certificate's file.</value>
    public string? KeyPath { get; init; }

    /// <summary><c>Tls:ClientCaPath</c>: the certificates, in PEM, one of which must vouch for a client's. Needed where Kafka:ClientAuth is not none.</summary>
    /// <value>None.</value>
    public string? ClientCaPath { get; init; }

    /// <summary><c>Kafka:ClientAuth</c>: whether Kafka's clients show a certificate (Kafka's <c>ssl.client.auth</c>). One that is not vouched for ends the connection.</summary>
    /// <value>None.</value>
    public ClientCertificates ClientAuth { get; init; }

    /// <summary><c>Http:Security</c>: how the HTTP listener is secured. Ssl needs Tls:CertificatePath.</summary>
    /// <value>False.</value>
    public bool HasHttps { get; init; }

    /// <summary><c>ZooKeeper:Security</c>: how the ZooKeeper listener is secured (ZooKeeper's <c>secureClientPort</c>). Ssl needs Tls:CertificatePath.</summary>
    /// <value>False.</value>
    public bool HasZooKeeperTls { get; init; }

    /// <summary><c>ZooKeeper:ClientAuth</c>: whether ZooKeeper's clients show a certificate (ZooKeeper's <c>ssl.clientAuth</c>), whose subject is then their identity of the scheme x509.</summary>
    /// <value>None.</value>
    public ClientCertificates ZooKeeperClientAuth { get; init; }

    public static TlsSettings Read(SettingsReader settings)
    {
        var tls = new TlsSettings
        {
            CertificatePath = FullPath(settings.Text("Tls:CertificatePath", accepted: "the path of a PEM file")),
            KeyPath = FullPath(settings.Text("Tls:KeyPath", accepted: "the path of a PEM file")),
            ClientCaPath = FullPath(settings.Text("Tls:ClientCaPath", accepted: "the path of a PEM file")),
            ClientAuth = settings.Choice("Kafka:ClientAuth", ClientCertificates.None),
            HasHttps = settings.Word("Http:Security", Plain, [Plain, Encrypted]) == Encrypted,
            HasZooKeeperTls = settings.Word("ZooKeeper:Security", Plain, [Plain, Encrypted]) == Encrypted,
            ZooKeeperClientAuth = settings.Choice("ZooKeeper:ClientAuth", ClientCertificates.None),
        };
        tls.RequireAuthorities("Kafka:ClientAuth", tls.ClientAuth);
        tls.RequireAuthorities("ZooKeeper:ClientAuth", tls.ZooKeeperClientAuth);
        tls.RequireCertificate("Http:Security", tls.HasHttps);
        tls.RequireCertificate("ZooKeeper:Security", tls.HasZooKeeperTls);
        return tls;
    }

    private void RequireAuthorities(string key, ClientCertificates clients)
    {
        if (clients != ClientCertificates.None && ClientCaPath is null)
        {
            throw SettingsReader.Refuse(key, clients.ToString(), "a client's certificate proves nothing without StreamCoord:Tls:ClientCaPath, those that vouch for it");
        }
    }

    private void RequireCertificate(string key, bool isEncrypted)
    {
        if (isEncrypted && CertificatePath is null)
        {
            throw SettingsReader.Refuse(key, Encrypted, "it needs StreamCoord:Tls:CertificatePath, what the silo proves itself with");
        }
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
