using Microsoft.Extensions.Logging;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>
/// Writes <c>/keeper</c>, by which clients of ClickHouse find out what a server can do: all may read it, and nobody may change it. Without <see cref="ZooKeeperGatewayOptions.KeeperExtensions"/> it
/// is taken away again. A znode of that name that somebody else has made stays as it is.
/// </summary>
internal sealed partial class KeeperNodes(ICoordination coordination, ZooKeeperGatewayOptions options, ILogger<KeeperNodes> logger)
{
    private const string Root = "/keeper";
    private const string ApiVersion = "/keeper/api_version";
    private const string FeatureFlags = "/keeper/feature_flags";

    /// <summary>The version of clients that do not look at the flags: filtered lists, multiple reads and checks that a znode does not exist.</summary>
    private static readonly byte[] Version = "3"u8.ToArray();

    /// <summary>A bit for each feature, the first one the highest: filtered lists, multiple reads, checks that a znode does not exist, creations unless it exists, recursive deletions; no others.</summary>
    private static readonly byte[] Flags = [0b1111_1000, 0];

    /// <summary>Makes the znodes say what is served.</summary>
    public async Task PublishAsync()
    {
        ZNodeReply now = await coordination.RequestAsync(ZNodeCaller.Service, new GetAclOperation(Root));
        bool isThere = now.Error != ZNodeError.NoNode;
        bool isOurs = now.IsOk && now.Acl!.SequenceEqual(AclEntry.ReadOnly);
        if (isThere && !isOurs)
        {
            if (options.KeeperExtensions)
            {
                LogForeign(logger, Root);
            }
            return;
        }
        ZNodeReply flags = await coordination.RequestAsync(ZNodeCaller.Service, new GetDataOperation(FeatureFlags));
        if (options.KeeperExtensions && flags.Data.GetValueOrDefault().Span.SequenceEqual(Flags))
        {
            return;
        }
        if (isThere)
        {
            await WriteAsync(new DeleteTreeOperation(Root, NodesMax: 3));
        }
        if (options.KeeperExtensions)
        {
            await WriteAsync(new MultiOperation(
            [
                new CreateOperation(Root, null, AclEntry.ReadOnly), new CreateOperation(ApiVersion, Version, AclEntry.ReadOnly), new CreateOperation(FeatureFlags, Flags, AclEntry.ReadOnly),
            ]));
        }
    }

    private async Task WriteAsync(WriteOperation operation)
    {
        ZNodeReply written = await coordination.RequestAsync(ZNodeCaller.Service, operation);
        if (!written.IsOk)
        {
            LogFailed(logger, Root, written.Message ?? written.Error.ToString());
        }
    }

    [LoggerMessage(6121, LogLevel.Warning, "{Path} is not this service's own znode: clients of ClickHouse are not told of its extensions (ZooKeeper:KeeperExtensions). Delete it and start the silo again.")]
    private static partial void LogForeign(ILogger logger, string path);

    [LoggerMessage(6122, LogLevel.Warning, "{Path} could not be written, and clients of ClickHouse may find there what is not so: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
