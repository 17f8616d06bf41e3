using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// The znodes that are always there: what is missing of them is created at each start. Users may read them all, and create children of /admin/delete_topics. Keeps nothing.
/// The parents of topics' configurations are not among them: /config is a name that applications use too, so <see cref="TopicStore"/> makes it with the first topic.
/// </summary>
internal sealed class BaseNodes(ICoordination tree, ClusterIdentity identity)
{
    /// <summary>Whoever may reach the tree may ask for the deletion of a topic, as with Kafka's own znodes.</summary>
    private static readonly IReadOnlyList<AclEntry> Askable = [new(ZNodePermissions.Read | ZNodePermissions.Create, "world", "anyone")];

    private static readonly string[] Paths =
    [
        "/brokers", BrokerPaths.Ids, TopicPaths.Topics, "/admin", TopicPaths.Deletions, "/cluster", "/streamcoord", TopicPaths.Records,
    ];

    /// <summary>Whether <see cref="CompleteAsync"/> has been called in the life of this tree.</summary>
    public Task<bool> AreCompleteAsync() => ExistsAsync(BrokerPaths.ClusterId);

    /// <summary>Creates those that are missing, but for the last.</summary>
    public async Task CreateMissingAsync()
    {
        List<WriteOperation> creates = [];
        foreach (string path in Paths)
        {
            if (!await ExistsAsync(path))
            {
                creates.Add(new CreateOperation(path, null, path == TopicPaths.Deletions ? Askable : AclEntry.ReadOnly));
            }
        }
        if (creates.Count > 0)
        {
            Require(await tree.RequestAsync(ZNodeCaller.Service, new MultiOperation(creates)));
        }
    }

    /// <summary>Creates the last one, with which the tree is taken into use: nothing needs to be carried over to it any more.</summary>
    public async Task CompleteAsync() =>
        Require(await tree.RequestAsync(ZNodeCaller.Service, new CreateOperation(BrokerPaths.ClusterId, ClusterIdNode.Write(identity.ClusterId), AclEntry.ReadOnly)));

    private async Task<bool> ExistsAsync(string path) => (await tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(path))).IsOk;

    private static void Require(ZNodeReply reply)
    {
        // Another silo of the cluster may have been first.
        if (!reply.IsOk && reply.Error != ZNodeError.NodeExists)
        {
            throw new TreeRefusedException($"The znodes that topics need could not be created: {reply.Error}: {reply.Message}");
        }
    }
}
