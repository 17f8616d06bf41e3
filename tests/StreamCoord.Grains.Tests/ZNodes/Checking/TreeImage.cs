using StreamCoord.Coordination.Tests.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>Everything that a silo's tree shows, read as clients read it.</summary>
internal static class TreeImage
{
    /// <summary>Every znode with its Stat and data.</summary>
    public static async Task<SortedDictionary<string, (ZNodeStat Stat, string? Data)>> ReadAsync(ICoordination tree)
    {
        var image = new SortedDictionary<string, (ZNodeStat, string?)>(StringComparer.Ordinal);
        var open = new Stack<string>(["/"]);
        while (open.TryPop(out string? path))
        {
            ZNodeReply node = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(path));
            ZNodeReply children = await tree.RequestAsync(ZNodeCaller.Service, new GetChildrenOperation(path));
            Assert.True(node.IsOk && children.IsOk, $"{path}: {node.Message} {children.Message}");
            image.Add(path, (node.Stat!.Value, node.Data is { } data ? Convert.ToHexString(data.Span) : null));
            foreach (string name in children.Names!)
            {
                open.Push(path == "/" ? $"/{name}" : $"{path}/{name}");
            }
        }
        return image;
    }

    /// <summary>Holds the tree against the model.</summary>
    public static async Task AssertIsAsync(NaiveTree model, ICoordination tree)
    {
        SortedDictionary<string, (ZNodeStat Stat, string? Data)> image = await ReadAsync(tree);
        Assert.Equal(model.Nodes.Keys, image.Keys);
        foreach ((string path, NaiveTree.Node node) in model.Nodes.Where(pair => !pair.Key.StartsWith("/zookeeper", StringComparison.Ordinal)))
        {
            Assert.Equal(model.StatOf(path) with { CtimeMs = 0, MtimeMs = 0 }, image[path].Stat with { CtimeMs = 0, MtimeMs = 0 });
            Assert.Equal(path == "/" ? image[path].Data : node.Data is { } data ? Convert.ToHexString(data) : null, image[path].Data);
        }
    }
}
