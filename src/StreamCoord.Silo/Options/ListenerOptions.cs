using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Silo.Options;

/// <summary>Where the silo listens. Loopback unless asked otherwise. Immutable; a change needs a restart.</summary>
internal sealed class ListenerOptions
{
    public const string HttpKey = "Http:Endpoint";
    public const string KafkaKey = "Kafka:Endpoint";
    public const string ZooKeeperKey = "ZooKeeper:Endpoint";
    public const string SiloKey = "Orleans:SiloEndpoint";
    public const string GatewayKey = "Orleans:GatewayEndpoint";

    /// <summary><c>Http:Endpoint</c>: the HTTP gateway, health and metrics.</summary>
    /// <value>127.0.0.1:8080.</value>
    public required IPEndPoint Http { get; init; }

    /// <summary><c>Http:AdvertisedEndpoint</c>: where others reach <see cref="Http"/>, as host:port. Required where that is a wildcard.</summary>
    /// <value>None: the endpoint itself.</value>
    public string? HttpAdvertised { get; init; }

    /// <summary><c>Kafka:Endpoint</c>: clients of Kafka's protocol.</summary>
    /// <value>127.0.0.1:9092.</value>
    public required IPEndPoint Kafka { get; init; }

    /// <summary><c>Kafka:AdvertisedEndpoint</c>: where clients are told to connect to, as host:port. Required where <see cref="Kafka"/> is a wildcard.</summary>
    /// <value>None: the endpoint itself.</value>
    public string? KafkaAdvertised { get; init; }

    /// <summary><c>ZooKeeper:Endpoint</c>: clients of ZooKeeper's protocol.</summary>
    /// <value>127.0.0.1:2181.</value>
    public required IPEndPoint ZooKeeper { get; init; }

    /// <summary><c>ZooKeeper:AdvertisedEndpoint</c>: where clients find this silo in <c>/zookeeper/config</c>, as host:port. Required where <see cref="ZooKeeper"/> is a wildcard.</summary>
    /// <value>None: the endpoint itself.</value>
    public string? ZooKeeperAdvertised { get; init; }

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
            Kafka = settings.Endpoint(KafkaKey, new IPEndPoint(IPAddress.Loopback, 9092)),
            KafkaAdvertised = settings.Text("Kafka:AdvertisedEndpoint", accepted: "host:port"),
            ZooKeeper = settings.Endpoint(ZooKeeperKey, new IPEndPoint(IPAddress.Loopback, 2181)),
            ZooKeeperAdvertised = settings.Text("ZooKeeper:AdvertisedEndpoint", accepted: "host:port"),
            Silo = settings.Endpoint(SiloKey, new IPEndPoint(IPAddress.Loopback, 11111)),
            Gateway = settings.Endpoint(GatewayKey, new IPEndPoint(IPAddress.Loopback, 30000)),
        };
        RequireAdvertised(HttpKey, options.Http, "Http:AdvertisedEndpoint", options.HttpAdvertised);
        RequireAdvertised(KafkaKey, options.Kafka, "Kafka:AdvertisedEndpoint", options.KafkaAdvertised);
        RequireAdvertised(ZooKeeperKey, options.ZooKeeper, "ZooKeeper:AdvertisedEndpoint", options.ZooKeeperAdvertised);
        RefuseWildcard(SiloKey, options.Silo);
        RefuseWildcard(GatewayKey, options.Gateway);
        (string Key, IPEndPoint Endpoint)[] all =
            [(HttpKey, options.Http), (KafkaKey, options.Kafka), (ZooKeeperKey, options.ZooKeeper), (SiloKey, options.Silo), (GatewayKey, options.Gateway)];
        for (int i = 0; i < all.Length; i++)
        {
            foreach ((string otherKey, IPEndPoint other) in all[(i + 1)..])
            {
                RefuseSame(all[i].Key, all[i].Endpoint, otherKey, other);
            }
        }
        return options;
    }

    private static void RequireAdvertised(string key, IPEndPoint endpoint, string advertisedKey, string? advertised)
    {
        if (IsWildcard(endpoint) && advertised is null)
        {
            throw SettingsReader.Refuse(key, endpoint.ToString(), $"a wildcard address needs StreamCoord:{advertisedKey}, the host:port at which others reach it");
        }
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
