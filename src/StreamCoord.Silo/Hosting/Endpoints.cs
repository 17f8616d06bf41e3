using System.Globalization;
using System.Net;
using StreamCoord.Gateway.Kafka;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.ZooKeeper;
using StreamCoord.Grains.Brokers;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>Where one start of the silo listens. Immutable.</summary>
/// <param name="Http">The HTTP gateway; port 0 lets the listener choose.</param>
/// <param name="Kafka">Clients of Kafka's protocol.</param>
/// <param name="KafkaAddress">Where those are told to connect to, as host:port.</param>
/// <param name="ZooKeeper">Clients of ZooKeeper's protocol.</param>
/// <param name="ZooKeeperAddress">Where those are told to connect to, as host:port.</param>
/// <param name="Silo">Other silos.</param>
/// <param name="Gateway">Orleans clients.</param>
internal sealed record Endpoints(
    IPEndPoint Http, IPEndPoint Kafka, string KafkaAddress, IPEndPoint ZooKeeper, string ZooKeeperAddress, IPEndPoint Silo, IPEndPoint Gateway)
{
    /// <summary>How many connections may wait to be accepted at each, as far as the system allows: when a cluster's clients come back all at once, whoever is turned away waits a second before it tries again.</summary>
    public const int ConnectionsWaitingMax = 4_096;

    /// <summary>What is configured, with free ports chosen for the listeners that cannot choose themselves.</summary>
    /// <exception cref="StartRefusedException">The silo cannot listen at one of them.</exception>
    public static Endpoints Choose(ListenerOptions options)
    {
        Ports.Choose(ListenerOptions.HttpKey, options.Http);
        IPEndPoint kafka = Ports.Choose(ListenerOptions.KafkaKey, options.Kafka);
        IPEndPoint zooKeeper = Ports.Choose(ListenerOptions.ZooKeeperKey, options.ZooKeeper);
        return new Endpoints(
            options.Http,
            kafka,
            options.KafkaAdvertised ?? kafka.ToString(),
            zooKeeper,
            options.ZooKeeperAdvertised ?? zooKeeper.ToString(),
            Ports.Choose(ListenerOptions.SiloKey, options.Silo),
            Ports.Choose(ListenerOptions.GatewayKey, options.Gateway));
    }

    /// <summary>What clients of Kafka's protocol are told about this silo.</summary>
    public KafkaListener ListenKafka(NodeId nodeId, string? rack)
    {
        (string host, int port) = Split(KafkaAddress);
        return new KafkaListener(nodeId, host, port, rack);
    }

    /// <summary>What clients of ZooKeeper's protocol are told about this silo.</summary>
    public ZooKeeperListener ListenZooKeeper(NodeId nodeId, bool isEncrypted)
    {
        (string host, int port) = Split(ZooKeeperAddress);
        return new ZooKeeperListener(nodeId, host, port, isEncrypted, ConnectionsWaitingMax);
    }

    /// <summary>The same as it stands in the znode tree, for whoever looks for this silo.</summary>
    /// <param name="httpAddress">Where clients reach the HTTP gateway.</param>
    /// <param name="rack">Where the machine stands.</param>
    /// <param name="security">How Kafka's listener is secured; with one of them it has the name of that.</param>
    /// <param name="hasHttps">Whether the HTTP listener is encrypted.</param>
    public BrokerEndpoints Describe(string httpAddress, string? rack, ListenerSecurity security, bool hasHttps)
    {
        const string Plain = "PLAINTEXT";
        string kafka = security.Name();
        string host = KafkaAddress[..KafkaAddress.LastIndexOf(':')];
        return new BrokerEndpoints(
            host, [new(kafka, kafka, KafkaAddress), new("HTTP", hasHttps ? "SSL" : Plain, httpAddress), new("SILO", Plain, Silo.ToString()), new("GATEWAY", Plain, Gateway.ToString())], rack);
    }

    private static (string Host, int Port) Split(string address)
    {
        int colon = address.LastIndexOf(':');
        return (address[..colon].Trim('[', ']'), int.Parse(address[(colon + 1)..], CultureInfo.InvariantCulture));
    }
}
