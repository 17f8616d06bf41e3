using System.Globalization;
using System.Text.Json;

namespace StreamCoord.Grains.Brokers;

/// <summary>The JSON of /brokers/ids/N (Kafka's BrokerIdZNode, version 5). Immutable.</summary>
internal sealed record BrokerNode
{
    private const string PlainKafkaListener = "PLAINTEXT";

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
            Port = PortOf(endpoints.Listeners.FirstOrDefault(listener => listener.Name == PlainKafkaListener)),
            Timestamp = nowMs.ToString(CultureInfo.InvariantCulture),
            Endpoints = [.. endpoints.Listeners.Select(listener => $"{listener.Name}://{listener.Address}")],
            ListenerSecurityProtocolMap = endpoints.Listeners.ToDictionary(listener => listener.Name, listener => listener.SecurityProtocol),
            Rack = endpoints.Rack,
        };
        return JsonSerializer.SerializeToUtf8Bytes(node, KafkaJson.Default.BrokerNode);
    }

    private static int PortOf(BrokerListener? listener) =>
        listener is null ? -1 : int.Parse(listener.Address[(listener.Address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
}
