using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>What Kestrel hands the connections of the Kafka listener to.</summary>
internal sealed partial class KafkaConnectionHandler(ApiTable apis, KafkaSecurity security, KafkaGatewayOptions options, TimeProvider time, ILogger<KafkaConnectionHandler> logger) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        string clientHost = ConnectionGate.AddressOf(connection);
        await security.Ready.WaitAsync(connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!security.Ready.IsCompletedSuccessfully)
        {
            return;
        }
        if (security.Identify(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate) is not { } principal)
        {
            LogNobody(logger, clientHost);
            return;
        }
        using var served = new KafkaConnection(connection.Transport, new ClientSession(clientHost, principal, security), apis, options, time, logger);
        CancellationToken draining = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        await served.RunAsync(draining, connection.ConnectionClosed);
    }

    [LoggerMessage(5112, LogLevel.Warning, "The Kafka connection from {ClientHost} is closed: no rule of Kafka:PrincipalMappingRules fits its certificate.")]
    private static partial void LogNobody(ILogger logger, string clientHost);
}
