using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

public sealed class FakeCatalogue(FakeCluster cluster) : ITopicCatalogueGrain
{
    public Task<IReadOnlyList<string>> List()
    {
        cluster.ThrowIfFailing();
        return Task.FromResult<IReadOnlyList<string>>([.. cluster.TopicNames]);
    }
}
