using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>dirs: how much the tree takes on the disk: its log, for snapshots and transaction log are one. Bytes.</summary>
internal sealed class DirsCommand(ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["dirs"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        TreeDescription tree = await coordination.DescribeAsync();
        return new JsonObject { ["datadir_size"] = tree.LogBytes, ["logdir_size"] = tree.LogBytes };
    }
}
