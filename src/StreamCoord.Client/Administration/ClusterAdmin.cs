using System.Globalization;
using System.Text.Json;
using StreamCoord.Brokers;
using StreamCoord.Client.Calls;
using StreamCoord.ZNodes;

namespace StreamCoord.Client;

/// <summary>The cluster itself, as it stands in the znode tree (docs/operating/znodes.md), where every tool finds it. Safe for concurrent use.</summary>
public sealed class ClusterAdmin
{
    private const string BrokersPath = "/brokers/ids";
    private const string ControllerPath = "/controller";
    private const string ClusterIdPath = "/cluster/id";

    private static readonly string[] KafkaListeners = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

    private readonly GrainCalls _calls;

    internal ClusterAdmin(GrainCalls calls) => _calls = calls;

    /// <summary>The cluster as the silo that is asked has heard of it.</summary>
    /// <exception cref="StreamCoordException">Nobody answers.</exception>
    public async Task<ClusterDescription> DescribeAsync(CancellationToken cancellationToken = default)
    {
        ZNodeReply ids = await ReadAsync(BrokersPath, new GetChildrenOperation(BrokersPath), cancellationToken).ConfigureAwait(false);
        LiveBroker?[] brokers = await Task.WhenAll((ids.Names ?? []).Select(name => FindBrokerAsync(name, cancellationToken))).ConfigureAwait(false);
        int? controller = await ReadJsonAsync(ControllerPath, root => (int?)root.GetProperty("brokerid").GetInt32(), cancellationToken).ConfigureAwait(false);
        string? clusterId = await ReadJsonAsync(ClusterIdPath, root => root.GetProperty("id").GetString(), cancellationToken).ConfigureAwait(false);
        LiveBroker[] alive = [.. brokers.OfType<LiveBroker>().OrderBy(broker => broker.NodeId.Value)];
        return new ClusterDescription(clusterId ?? "", controller is { } node && alive.Any(broker => broker.NodeId.Value == node) ? new NodeId(node) : null, alive);
    }

    private async Task<LiveBroker?> FindBrokerAsync(string name, CancellationToken cancellationToken) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int node)
        ? await ReadJsonAsync($"{BrokersPath}/{name}", root => BrokerOf(new NodeId(node), root), cancellationToken).ConfigureAwait(false)
        : null;

    private static LiveBroker? BrokerOf(NodeId node, JsonElement root)
    {
        string[] endpoints = [.. root.GetProperty("endpoints").EnumerateArray().Select(endpoint => endpoint.GetString() ?? "")];
        string? kafka = KafkaListeners.Select(listener => AddressOf(endpoints, listener)).FirstOrDefault(address => address is not null);
        int colon = kafka?.LastIndexOf(':') ?? -1;
        return colon > 0 && int.TryParse(kafka.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? new LiveBroker(node, kafka![..colon].Trim('[', ']'), port, root.TryGetProperty("rack", out JsonElement rack) ? rack.GetString() : null, AddressOf(endpoints, "HTTP"))
            : null;
    }

    private static string? AddressOf(string[] endpoints, string listener) =>
        endpoints.FirstOrDefault(endpoint => endpoint.StartsWith($"{listener}://", StringComparison.Ordinal))?[(listener.Length + "://".Length)..];

    // Null for a znode that is not there any more, or tells of nothing that could be understood.
    private async Task<T?> ReadJsonAsync<T>(string path, Func<JsonElement, T?> read, CancellationToken cancellationToken)
    {
        ZNodeReply reply = await ReadAsync(path, new GetDataOperation(path), cancellationToken).ConfigureAwait(false);
        if (reply.Data is not { IsEmpty: false } data)
        {
            return default;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(data);
            return read(document.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return default;
        }
    }

    private async Task<ZNodeReply> ReadAsync(string path, ReadOperation operation, CancellationToken cancellationToken)
    {
        ZNodeReply reply = await _calls.AskAsync(
            grains => grains.GetGrain<IZNodeGrain>(path).Read(ZNodeCaller.Anonymous, operation, default), found => found.Error == ZNodeError.ConnectionLoss ? ErrorCode.RequestTimedOut : ErrorCode.None, cancellationToken)
            .ConfigureAwait(false);
        return reply.IsOk || reply.Error == ZNodeError.NoNode
            ? reply
            : throw new StreamCoordException(ErrorCode.UnknownServerError, $"The znode {path} cannot be read: {reply.Message}");
    }
}
