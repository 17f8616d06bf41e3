using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>ruok: whether the process answers at all.</summary>
internal sealed class RuokCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["ruok"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject());
}
