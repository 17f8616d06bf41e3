using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>The list of topics: the children of their znode in this silo's tree. Keeps nothing.</summary>
[SiloLocalPlacement]
internal sealed class TopicCatalogueGrain(ICoordination tree, MetadataStart start) : Grain, ITopicCatalogueGrain
{
    public async Task<IReadOnlyList<string>> List()
    {
        await start.Done;
        return await tree.ListAsync(TopicPaths.Topics);
    }
}
