using System.Net;
using System.Security.Cryptography.X509Certificates;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Where a client calls from, and what that proves. Immutable.</summary>
internal sealed class ClientAddress
{
    private readonly IPEndPoint? _endpoint;

    /// <summary>A client at an address.</summary>
    /// <param name="endpoint">Where it calls from; null when that is not known.</param>
    /// <param name="certificate">The certificate that it has shown, which was vouched for; null for none.</param>
    public ClientAddress(EndPoint? endpoint, X509Certificate2? certificate)
    {
        _endpoint = endpoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port) : endpoint as IPEndPoint;
        List<AuthIdentity> identities = [];
        if (_endpoint is not null)
        {
            identities.Add(new AuthIdentity("ip", _endpoint.Address.ToString()));
        }
        if (certificate is not null)
        {
            identities.Add(new AuthIdentity("x509", DistinguishedNames.Write(certificate.SubjectName)));
        }
        Identities = identities;
    }

    /// <summary>What is known of the client before it has said anything.</summary>
    public IReadOnlyList<AuthIdentity> Identities { get; }

    /// <summary>The address alone, by which connections are counted.</summary>
    public string Host => _endpoint?.Address.ToString() ?? "unknown";

    /// <summary>Address and port.</summary>
    public override string ToString() => _endpoint?.ToString() ?? "unknown";
}
