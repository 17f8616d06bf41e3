using System.Globalization;
using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>watches: what each session watches.</summary>
internal sealed class WatchesCommand(ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["watches", "wchc"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync() => Task.FromResult(new JsonObject
    {
        ["session_id_to_watched_paths"] = JsonLists.Of(coordination.ListDataWatches()
            .GroupBy(watch => watch.Session.Value.ToString(CultureInfo.InvariantCulture), watch => watch.Path)),
    });
}
