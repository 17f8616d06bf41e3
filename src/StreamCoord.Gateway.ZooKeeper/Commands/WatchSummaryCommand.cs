using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>watch_summary: how many watches there are on znodes themselves. Those on children alone do not count, as in ZooKeeper.</summary>
internal sealed class WatchSummaryCommand(ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["watch_summary", "wchs"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync()
    {
        IReadOnlyList<DataWatch> watches = coordination.ListDataWatches();
        return Task.FromResult(new JsonObject
        {
            ["num_connections"] = watches.DistinctBy(watch => watch.Session).Count(),
            ["num_paths"] = watches.DistinctBy(watch => watch.Path).Count(),
            ["num_total_watches"] = watches.Count,
        });
    }
}
