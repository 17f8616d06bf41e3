using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>Lists of znodes, as the service reads them for itself.</summary>
internal static class TreeChildren
{
    /// <summary>The names below a znode; none when it is not there.</summary>
    /// <exception cref="TreeRefusedException">They could not be read, which does not mean that there are none.</exception>
    public static async Task<IReadOnlyList<string>> ListAsync(this ICoordination tree, string path)
    {
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new GetChildrenOperation(path));
        return reply.IsOk || reply.Error == ZNodeError.NoNode ? reply.Names ?? [] : throw new TreeRefusedException($"{path} could not be read: {reply.Error}: {reply.Message}");
    }
}
