using System.Globalization;
using System.Text.Json;
using StreamCoord.Brokers;

namespace StreamCoord.Grains.Brokers;

/// <summary>The JSON of /brokers/ids/N (Kafka's BrokerIdZNode, version 5). Immutable.</summary>
internal sealed record BrokerNode
{
    private const string PlainKafkaListener = "PLAINTEXT";
    private const string HttpListener = "HTTP";

    /// <summary>What listeners of Kafka's protocol are called; a silo has one of them.</summary>
    private static readonly string[] KafkaListeners = [PlainKafkaListener, "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

    public int Version { get; init; } = 5;

    public required string Host { get; init; }

    /// <summary>The port of the listener that speaks Kafka's protocol without encryption; -1, as in Kafka, when there is none.</summary>
    public int Port { get; init; } = -1;

    public int JmxPort { get; init; } = -1;

    /// <summary>Milliseconds since 1970.</summary>
    public required string Timestamp { get; init; }

    public required IReadOnlyList<string> Endpoints { get; init; }

    public required IReadOnlyDictionary<string, string> ListenerSecurityProtocolMap { get; init; }

    public string? Rack { get; init; }

    public IReadOnlyDictionary<string, string> Features { get; init; } = new Dictionary<string, string>();

    public static byte[] Write(BrokerEndpoints endpoints, long nowMs)
    {
        var node = new BrokerNode
        {
            Host = endpoints.Host,
            Port = endpoints.Listeners.FirstOrDefault(listener => listener.Name == PlainKafkaListener) is { } plain ? PortOf(plain.Address) ?? -1 : -1,
            Timestamp = nowMs.ToString(CultureInfo.InvariantCulture),
            Endpoints = [.. endpoints.Listeners.Select(listener => $"{listener.Name}://{listener.Address}")],
            ListenerSecurityProtocolMap = endpoints.Listeners.ToDictionary(listener => listener.Name, listener => listener.SecurityProtocol),
            Rack = endpoints.Rack,
        };
        return JsonSerializer.SerializeToUtf8Bytes(node, KafkaJson.Default.BrokerNode);
    }

    /// <summary>The broker that a znode tells of; null when it tells of none that clients could reach.</summary>
    /// <param name="name">The znode's name: the broker's number.</param>
    /// <param name="data">Its data.</param>
    public static LiveBroker? TryRead(string name, ReadOnlyMemory<byte> data)
    {
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int node) || TryParse(data) is not { Endpoints: { } endpoints } broker)
        {
            return null;
        }
        string? kafka = KafkaListeners.Select(listener => AddressOf(endpoints, listener)).FirstOrDefault(address => address is not null);
        return kafka is not null && PortOf(kafka) is { } port
            ? new LiveBroker(new NodeId(node), kafka[..kafka.LastIndexOf(':')].Trim('[', ']'), port, broker.Rack, AddressOf(endpoints, HttpListener))
            : null;
    }

    private static BrokerNode? TryParse(ReadOnlyMemory<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data.Span, KafkaJson.Default.BrokerNode);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? AddressOf(IReadOnlyList<string> endpoints, string listener) =>
        endpoints.FirstOrDefault(endpoint => endpoint.StartsWith($"{listener}://", StringComparison.Ordinal))?[(listener.Length + "://".Length)..];

    private static int? PortOf(string address) =>
        int.TryParse(address[(address.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : null;
}
