using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Security;

/// <summary>Makes the roots of what is stored about access, and tells them from znodes of their names that somebody else has made. Keeps nothing.</summary>
internal sealed class OwnedRoots(ICoordination tree)
{
    private const string ConfigRoot = TopicPaths.ConfigRoot;

    /// <summary>Nobody but the service and the super user may do anything.</summary>
    private static readonly IReadOnlyList<AclEntry> Secret = [new(ZNodePermissions.None, "world", "anyone")];

    /// <summary>Who may see what lies below a root.</summary>
    public static IReadOnlyList<AclEntry> AclOf(OwnedRoot root) => root.IsSecret ? Secret : AclEntry.ReadOnly;

    /// <summary>The reads that <see cref="AreOurs"/> looks at.</summary>
    public static IEnumerable<ReadOperation> Proof(OwnedRoot root) => [new GetDataOperation(root.Marker), new GetDataOperation(root.Path)];

    /// <summary>Whether the service has made the root.</summary>
    public static bool AreOurs(ZNodeReply marker, ZNodeReply root) => marker.IsOk && root.IsOk && marker.Stat!.Value.Czxid == root.Stat!.Value.Czxid;

    /// <summary>Makes the roots that are missing.</summary>
    /// <exception cref="TreeRefusedException">Somebody else has made a znode of that name; or the outcome is not known.</exception>
    public async Task EnsureAsync(IEnumerable<OwnedRoot> roots)
    {
        foreach (OwnedRoot root in roots)
        {
            ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new MultiReadOperation([.. Proof(root)]));
            (ZNodeReply marker, ZNodeReply found) = (reply.Results![0], reply.Results[1]);
            if (found.IsOk && !AreOurs(marker, found))
            {
                throw new TreeRefusedException($"The znode {root.Path} was made by somebody else, so nothing in it is believed. Delete it, with all below it, and ask again.");
            }
            if (!found.IsOk)
            {
                await CreateAsync(root, marker.IsOk);
            }
        }
    }

    private async Task CreateAsync(OwnedRoot root, bool hasMarker)
    {
        if (root.Path.StartsWith($"{ConfigRoot}/", StringComparison.Ordinal))
        {
            Require(await tree.RequestAsync(ZNodeCaller.Service, new CreateOperation(ConfigRoot, null, AclEntry.Open)));
        }
        Require(await tree.RequestAsync(ZNodeCaller.Service, new MultiOperation(
        [
            .. hasMarker ? [new DeleteOperation(root.Marker)] : Array.Empty<WriteOperation>(),
            new CreateOperation(root.Marker, null, AclEntry.ReadOnly),
            new CreateOperation(root.Path, null, AclOf(root)),
            .. root.Below.Select(path => new CreateOperation(path, null, AclOf(root))),
        ])));
    }

    private static void Require(ZNodeReply reply)
    {
        // Another silo of the cluster may have been first.
        if (!reply.IsOk && reply.Error != ZNodeError.NodeExists)
        {
            throw new TreeRefusedException($"The znodes of access control could not be created: {reply.Error}: {reply.Message}");
        }
    }
}
