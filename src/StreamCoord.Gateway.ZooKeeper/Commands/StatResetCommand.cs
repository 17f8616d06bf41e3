using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>stat_reset: begins the server's statistics anew. The metrics of the process go on.</summary>
internal sealed class StatResetCommand(ServerStatistics statistics) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["stat_reset", "srst"];

    /// <inheritdoc/>
    public bool ChangesServer => true;

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync()
    {
        statistics.SetBack();
        return Task.FromResult(new JsonObject());
    }
}
