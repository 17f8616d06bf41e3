using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>zabstate: how far an election has come, which a standalone server takes no part in.</summary>
internal sealed class ZabStateCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["zabstate"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject { ["voting"] = false, ["zabstate"] = "" });
}
