using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>The list of groups: asks the nodes that live for theirs. Keeps nothing.</summary>
[Reentrant, SiloLocalPlacement]
internal sealed class GroupCatalogueGrain(IClusterNodes nodes, ClusterIdentity identity, GroupConfigStore configs) : Grain, IGroupCatalogueGrain
{
    public Task<IReadOnlyList<string>> ListConfigured() => configs.ListAsync();

    public Task<ListGroupsReply> ListOwn() => ListAsync(identity.NodeId);

    public async Task<ListGroupsReply> List()
    {
        ListGroupsReply[] replies = await Task.WhenAll(nodes.Alive.Select(replica => ListAsync(replica.Node)));
        ListGroupsReply? failed = replies.FirstOrDefault(reply => reply.Error != ErrorCode.None);
        // While a partition moves, two nodes may know a group.
        return new ListGroupsReply(failed?.Error ?? ErrorCode.None, failed?.Message, [.. replies.SelectMany(reply => reply.Groups).DistinctBy(group => group.GroupId)]);
    }

    private Task<ListGroupsReply> ListAsync(NodeId node) => CoordinatorCalls.RunAsync(
        () => GrainFactory.GetGrain<ILedGroupCatalogueGrain>(NodeKey.Of(node, "")).List(),
        (_, message) => new ListGroupsReply(ErrorCode.CoordinatorNotAvailable, message, []));
}
