using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamCoord.Testing.Security;

/// <summary>Vouches for certificates that it makes, for tests. Owns its key.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly DateTimeOffset To = DateTimeOffset.UnixEpoch.AddYears(120);

    private readonly X509Certificate2 _own;
    private long _serial;

    public TestAuthority(string name = "CN=Test Authority")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _own = request.CreateSelfSigned(From, To);
    }

    /// <summary>Its own certificate, in PEM.</summary>
    public string Pem => _own.ExportCertificatePem();

    /// <summary>Makes a certificate for the loopback address and writes it, and its key, as PEM files. Returns the certificate.</summary>
    public X509Certificate2 Issue(string subject, string certificatePath, string keyPath)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 issued = request.Create(_own, From, To, BitConverter.GetBytes(Interlocked.Increment(ref _serial)));
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, issued.ExportCertificatePem());
        return issued;
    }

    public void Dispose() => _own.Dispose();
}
