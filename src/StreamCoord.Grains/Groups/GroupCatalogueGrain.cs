using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>The list of groups: those in this silo's partitions of <c>__consumer_offsets</c>. Keeps nothing.</summary>
[SiloLocalPlacement]
internal sealed class GroupCatalogueGrain(OffsetsPartitions partitions, GroupConfigStore configs) : Grain, IGroupCatalogueGrain
{
    public Task<IReadOnlyList<string>> ListConfigured() => configs.ListAsync();

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
