using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>stats: what the server has done, and the connections in short.</summary>
internal sealed class StatsCommand(ServerStatsCommand server, SessionConnections sessions, ZooKeeperListener listener) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["stats", "stat"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        JsonObject answer = await server.AnswerAsync();
        ConnectionFigures.AddTo(answer, sessions, listener, ConnectionFigures.Short);
        return answer;
    }
}
