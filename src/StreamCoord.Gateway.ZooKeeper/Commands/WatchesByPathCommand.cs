using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>watches_by_path: which sessions watch a znode.</summary>
internal sealed class WatchesByPathCommand(ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["watches_by_path", "wchp"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject
    {
        ["path_to_session_ids"] = JsonLists.Of(coordination.ListDataWatches().GroupBy(watch => watch.Path, watch => watch.Session.Value)),
    });
}
