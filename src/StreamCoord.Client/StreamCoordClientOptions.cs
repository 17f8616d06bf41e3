using System.Globalization;
using System.Net;

namespace StreamCoord.Client;

/// <summary>How this library reaches the cluster. Looked at once, when it is added.</summary>
public sealed class StreamCoordClientOptions
{
    /// <summary>
    /// Where silos take Orleans clients, each as <c>address:port</c>: <c>StreamCoord:Orleans:GatewayEndpoint</c> of the silos, which is <c>gateway</c> in a silo's <c>endpoints.json</c>. One that answers is enough; give several, so that one may be
    /// down. Empty inside a silo, and where the host has an Orleans client already, whose connection is used then.
    /// </summary>
    public IReadOnlyList<string> Gateways { get; set; } = [];

    /// <summary>The cluster's id, which silos log at start and <c>GET /v3/clusters</c> tells. Needed with <see cref="Gateways"/>: silos refuse a client of another cluster.</summary>
    public string? ClusterId { get; set; }

    /// <summary>How long the start of the host waits for a silo that answers, in milliseconds, 0 or more. Default 30 s. Without <see cref="Gateways"/> it counts for nothing.</summary>
    public int ConnectTimeoutMs { get; set; } = 30_000;

    /// <summary>
    /// How long a call that may be made twice is made again while silos stop, start or are replaced, in milliseconds, 0 or more: then it fails. Default 60 s, many times what a fail-over takes. Records have
    /// <see cref="ProducerOptions.DeliveryTimeoutMs"/> instead, and consumers wait as long as it takes.
    /// </summary>
    public int RetryTimeoutMs { get; set; } = 60_000;

    /// <summary>
    /// How long one attempt of a call that may be made twice has for its answer, in milliseconds, 100 or more: then it is made again, while the first may still be carried out. Default 5 s, as long as a fail-over may take: a client is
    /// not told that the silo is gone which was to answer.
    /// </summary>
    public int AttemptTimeoutMs { get; set; } = 5_000;

    /// <summary>Null for options that will do, else a sentence that names what is wrong and what it takes.</summary>
    internal string? Check() =>
        Gateways.FirstOrDefault(gateway => !IPEndPoint.TryParse(gateway, out IPEndPoint? endpoint) || endpoint.Port == 0) is { } wrong ? $"{nameof(Gateways)} has '{wrong}', which is not an address with a port, such as 10.0.0.1:30000."
        : Gateways.Count > 0 && string.IsNullOrEmpty(ClusterId) ? $"{nameof(Gateways)} need the {nameof(ClusterId)}. Silos log theirs at start; GET /v3/clusters tells it."
        : Gateways.Count == 0 && ClusterId is not null ? $"{nameof(ClusterId)} counts for nothing without {nameof(Gateways)}. Give both, or neither where the host has an Orleans client or is a silo."
        : CheckRange(nameof(ConnectTimeoutMs), ConnectTimeoutMs, 0) ?? CheckRange(nameof(RetryTimeoutMs), RetryTimeoutMs, 0) ?? CheckRange(nameof(AttemptTimeoutMs), AttemptTimeoutMs, 100);

    /// <summary>The gateways as endpoints.</summary>
    internal IPEndPoint[] Endpoints() => [.. Gateways.Select(IPEndPoint.Parse)];

    private static string? CheckRange(string name, int value, int min) => value >= min ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}. It takes {min} to {int.MaxValue}.");
}
