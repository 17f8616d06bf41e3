using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>is_read_only: whether this server only reads, which none does.</summary>
internal sealed class IsReadOnlyCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["is_read_only", "isro"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject { ["read_only"] = false });
}
