using Microsoft.Extensions.Hosting;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Sessions;

/// <summary>Closes the connections whose sessions have ended without them: by expiry, or by somebody else's word.</summary>
internal sealed class SessionEnds(ICoordination coordination, SessionConnections sessions, TimeProvider time) : BackgroundService
{
    /// <summary>How long a connection may outlive its session: a fraction of the shortest timeout.</summary>
    private static readonly TimeSpan RoundInterval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RoundInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                CloseEnded();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void CloseEnded()
    {
        foreach ((SessionId session, ZooKeeperConnection connection) in sessions.All)
        {
            if (!connection.IsEnding && !coordination.IsAlive(session))
            {
                connection.Close("its session has ended.");
            }
        }
    }
}
