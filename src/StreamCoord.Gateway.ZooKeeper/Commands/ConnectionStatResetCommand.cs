using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>connection_stat_reset: begins the statistics of all connections anew.</summary>
internal sealed class ConnectionStatResetCommand(SessionConnections sessions) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["connection_stat_reset", "crst"];

    /// <inheritdoc/>
    public bool ChangesServer => true;

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync()
    {
        foreach ((SessionId _, ZooKeeperConnection connection) in sessions.All)
        {
            connection.Statistics.SetBack();
        }
        return Task.FromResult(new JsonObject());
    }
}
