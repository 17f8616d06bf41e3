using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>configuration: the options that clients depend on. It tells nothing of files.</summary>
internal sealed class ConfigurationCommand(ZooKeeperListener listener, ZooKeeperGatewayOptions options, ZNodeOptions tree) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["configuration", "conf", "config"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject
    {
        ["client_port"] = listener.PlainPort,
        ["tick_time"] = tree.TickTimeMs,
        ["max_client_cnxns"] = options.MaxClientConnections,
        ["min_session_timeout"] = tree.SessionTimeoutMsMin,
        ["max_session_timeout"] = tree.SessionTimeoutMsMax,
        ["server_id"] = listener.NodeId.Value,
        ["client_port_listen_backlog"] = listener.ConnectionsWaitingMax,
    });
}
