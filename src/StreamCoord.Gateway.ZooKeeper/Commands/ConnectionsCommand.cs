using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>connections: the connections in full.</summary>
internal sealed class ConnectionsCommand(SessionConnections sessions, ZooKeeperListener listener) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["connections", "cons"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync()
    {
        var answer = new JsonObject();
        ConnectionFigures.AddTo(answer, sessions, listener, ConnectionFigures.Full);
        return Task.FromResult(answer);
    }
}
