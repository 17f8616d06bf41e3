using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Silo.Options;

/// <summary>Where the silo listens. Loopback unless asked otherwise. Immutable; a change needs a restart.</summary>
internal sealed class ListenerOptions
{
    public const string HttpKey = "Http:Endpoint";
    public const string SiloKey = "Orleans:SiloEndpoint";
    public const string GatewayKey = "Orleans:GatewayEndpoint";

    /// <summary><c>Http:Endpoint</c>: the HTTP gateway, health and metrics.</summary>
    /// <value>127.0.0.1:8080.</value>
    public required IPEndPoint Http { get; init; }

    /// <summary><c>Http:AdvertisedEndpoint</c>: where others reach <see cref="Http"/>, as host:port. Required where that is a wildcard.</summary>
    /// <value>None: the endpoint itself.</value>
    public string? HttpAdvertised { get; init; }

    /// <summary><c>Orleans:SiloEndpoint</c>: other silos.</summary>
    /// <value>127.0.0.1:11111.</value>
    public required IPEndPoint Silo { get; init; }

    /// <summary><c>Orleans:GatewayEndpoint</c>: Orleans clients.</summary>
    /// <value>127.0.0.1:30000.</value>
    public required IPEndPoint Gateway { get; init; }

    public static ListenerOptions Read(SettingsReader settings)
    {
        var options = new ListenerOptions
        {
            Http = settings.Endpoint(HttpKey, new IPEndPoint(IPAddress.Loopback, 8080)),
            HttpAdvertised = settings.Text("Http:AdvertisedEndpoint", accepted: "host:port"),
            Silo = settings.Endpoint(SiloKey, new IPEndPoint(IPAddress.Loopback, 11111)),
            Gateway = settings.Endpoint(GatewayKey, new IPEndPoint(IPAddress.Loopback, 30000)),
        };
        if (IsWildcard(options.Http) && options.HttpAdvertised is null)
        {
            throw SettingsReader.Refuse(HttpKey, options.Http.ToString(), "a wildcard address needs StreamCoord:Http:AdvertisedEndpoint, the host:port at which others reach it");
        }
        RefuseWildcard(SiloKey, options.Silo);
        RefuseWildcard(GatewayKey, options.Gateway);
        RefuseSame(HttpKey, options.Http, SiloKey, options.Silo);
        RefuseSame(HttpKey, options.Http, GatewayKey, options.Gateway);
        RefuseSame(SiloKey, options.Silo, GatewayKey, options.Gateway);
        return options;
    }

    private static void RefuseWildcard(string key, IPEndPoint endpoint)
    {
        if (IsWildcard(endpoint))
        {
            throw SettingsReader.Refuse(key, endpoint.ToString(), "other silos connect to this very address, so it cannot be a wildcard; it takes an address of this machine");
        }
    }

    private static void RefuseSame(string key, IPEndPoint endpoint, string otherKey, IPEndPoint other)
    {
        bool sameAddress = endpoint.Address.Equals(other.Address) || IsWildcard(endpoint);
        if (endpoint.Port != 0 && endpoint.Port == other.Port && sameAddress)
        {
            throw SettingsReader.Refuse(otherKey, other.ToString(), $"StreamCoord:{key} has that port already; it takes one of its own, or 0 for a free one");
        }
    }

    private static bool IsWildcard(IPEndPoint endpoint) =>
        endpoint.Address.Equals(endpoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);
}
