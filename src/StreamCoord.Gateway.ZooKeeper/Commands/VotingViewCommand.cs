using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>voting_view: the servers that vote, of which a standalone server has none.</summary>
internal sealed class VotingViewCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["voting_view"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject { ["current_config"] = new JsonObject() });
}
