using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>Who has which session, while clients come and go.</summary>
public sealed class SessionConnectionsTests
{
    private const int Sessions = 5_000;

    [Fact]
    public async Task All_CanBeTaken_WhileClientsConnect()
    {
        var sessions = new SessionConnections();
        var services = new ZooKeeperServices(null!, null!, sessions, null!, new ClusterIdentity("c", new NodeId(1), default), new ZooKeeperGatewayOptions(), TimeProvider.System);
        using var connection = new ZooKeeperConnection(null!, new ClientAddress(new IPEndPoint(IPAddress.Loopback, 1), null), services, NullLogger.Instance);
        Task connecting = Task.Run(
            () =>
            {
                for (int i = 1; i <= Sessions; i++)
                {
                    sessions.Take(new SessionId(i), connection);
                }
            },
            TestContext.Current.CancellationToken);
        int seen = 0;
        while (!connecting.IsCompleted)
        {
            int now = sessions.All.Count;
            Assert.True(now >= seen);
            seen = now;
        }
        await connecting;
        Assert.Equal(Sessions, sessions.All.Count);
    }
}
