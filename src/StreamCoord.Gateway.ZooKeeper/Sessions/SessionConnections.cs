using System.Collections.Concurrent;
using StreamCoord.Gateway.ZooKeeper.Connections;

namespace StreamCoord.Gateway.ZooKeeper.Sessions;

/// <summary>Which connection of this silo speaks for which session: the newest one. Safe for concurrent use.</summary>
internal sealed class SessionConnections
{
    private readonly ConcurrentDictionary<SessionId, ZooKeeperConnection> _connections = new();

    /// <summary>How many there are.</summary>
    public int Count => _connections.Count;

    /// <summary>All of them, as of one moment.</summary>
    public IReadOnlyCollection<KeyValuePair<SessionId, ZooKeeperConnection>> All => _connections.ToArray();

    /// <summary>Gives a session to a connection that has proved that it may have it. The one that had it is closed.</summary>
    public void Take(SessionId session, ZooKeeperConnection connection)
    {
        ZooKeeperConnection? older = null;
        _connections.AddOrUpdate(
            session,
            connection,
            (_, holder) =>
            {
                older = holder;
                return connection;
            });
        older?.Close($"the client has connected again, from {connection.Client}.");
    }

    /// <summary>Takes a session from a connection that has ended, if it still has it.</summary>
    public void Release(SessionId session, ZooKeeperConnection connection) => _connections.TryRemove(KeyValuePair.Create(session, connection));
}
