using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>What a handler knows of a request besides its body. Immutable.</summary>
/// <param name="ApiKey">The API.</param>
/// <param name="Version">The version, which the API has.</param>
/// <param name="CorrelationId">What the client recognises the answer by.</param>
/// <param name="ClientId">What the client calls itself; null when it does not.</param>
/// <param name="Client">Who asks, and what that allows.</param>
/// <param name="Throttle">What the request takes of the client's quotas.</param>
/// <param name="Answers">What the connection's answers may hold in memory, for those that hold much.</param>
/// <param name="Stopping">Cancelled when the connection ends or the silo stops: what waits for something to happen answers with what there is.</param>
internal sealed record KafkaRequestContext(
    short ApiKey, short Version, int CorrelationId, string? ClientId, ClientSession Client, RequestThrottle Throttle, ByteBudget Answers, CancellationToken Stopping)
{
    /// <summary>The address that the client calls from.</summary>
    public string ClientHost => Client.Host;

    /// <summary>What the client may do.</summary>
    public IAccess Access => Client.Access;
}
