using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Kafka.Dispatch;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>What Kestrel hands the connections of the Kafka listener to.</summary>
internal sealed class KafkaConnectionHandler(ApiTable apis, KafkaGatewayOptions options, TimeProvider time, ILogger<KafkaConnectionHandler> logger) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        string clientHost = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "unknown";
        using var served = new KafkaConnection(connection.Transport, clientHost, apis, options, time, logger);
        CancellationToken draining = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        await served.RunAsync(draining, connection.ConnectionClosed);
    }
}
