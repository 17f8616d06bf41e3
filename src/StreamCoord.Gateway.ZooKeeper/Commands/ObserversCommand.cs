using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>observers: servers that follow without a vote, of which there are none.</summary>
internal sealed class ObserversCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["observers", "obsr"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject { ["synced_observers"] = 0, ["observers"] = new JsonArray() });
}
