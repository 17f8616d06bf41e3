using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

public sealed class FakeCatalogue(FakeCluster cluster, int shard) : ITopicCatalogueGrain
{
    public Task<string?> Add(string name) => throw new NotSupportedException();

    public Task Remove(string name) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> List()
    {
        cluster.ThrowIfFailing();
        return Task.FromResult<IReadOnlyList<string>>(shard == 0 ? [.. cluster.TopicNames] : []);
    }
}
