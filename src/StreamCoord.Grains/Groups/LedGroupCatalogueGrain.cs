using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>The groups in the partitions of <c>__consumer_offsets</c> that this silo leads. Keeps nothing.</summary>
[Reentrant, NodePlacement, GrainType("led-group-catalogue")]
internal sealed class LedGroupCatalogueGrain(OffsetsPartitions partitions) : Grain, ILedGroupCatalogueGrain
{
    public async Task<ListGroupsReply> List()
    {
        List<GroupListing> groups = [];
        try
        {
            foreach (CoordinatorPartition<OffsetsTerm> partition in await partitions.FindUsedAsync())
            {
                OffsetsTerm term = await partition.GetTermAsync();
                groups.AddRange(term.Groups.Select(group => group.Listing));
            }
        }
        catch (CoordinatorUnavailableException exception)
        {
            return new ListGroupsReply(exception.Error, exception.Message, groups);
        }
        return new ListGroupsReply(ErrorCode.None, null, groups);
    }
}
