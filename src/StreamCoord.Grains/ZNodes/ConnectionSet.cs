using System.Collections.Concurrent;

namespace StreamCoord.Grains.ZNodes;

/// <summary>The connections into the tree that are open on this silo. Safe for concurrent use.</summary>
internal sealed class ConnectionSet
{
    private readonly ConcurrentDictionary<CoordinationConnection, bool> _connections = new();

    public void Add(CoordinationConnection connection) => _connections.TryAdd(connection, true);

    public void Remove(CoordinationConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>Ends all of them; returns how many there were.</summary>
    public int BreakAll(string reason)
    {
        int count = 0;
        foreach (CoordinationConnection connection in _connections.Keys)
        {
            connection.Break(reason);
            Remove(connection);
            count++;
        }
        return count;
    }
}
