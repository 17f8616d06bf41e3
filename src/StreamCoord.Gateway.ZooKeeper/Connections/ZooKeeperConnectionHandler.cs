using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>What Kestrel hands the connections of the ZooKeeper listener to.</summary>
internal sealed class ZooKeeperConnectionHandler(ZooKeeperServices services, ServerStatistics statistics, ILogger<ZooKeeperConnection> logger) : ConnectionHandler
{
    private Task? _ready;

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        // One question for all connections; whoever asks twice in the beginning does no harm.
        Task ready = _ready ??= services.Coordination.ReadyAsync(CancellationToken.None);
        await ready.WaitAsync(connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ready.IsCompletedSuccessfully)
        {
            _ready = ready.IsCompleted ? null : ready;
            return;
        }
        var client = new ClientAddress(connection.RemoteEndPoint, connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate);
        using var served = new ZooKeeperConnection(connection.Transport, client, services, logger);
        CancellationToken draining = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        await served.RunAsync(draining, connection.ConnectionClosed);
        statistics.Ended(served.Statistics);
        if (served.IsCut)
        {
            connection.Abort();
        }
    }
}
