using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>observer_connection_stat_reset: the statistics of observers, of which there are none, as with every standalone server.</summary>
internal sealed class ObserverConnectionStatResetCommand : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["observer_connection_stat_reset", "orst"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject());
}
