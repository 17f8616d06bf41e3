using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

public sealed class FakeGroupCatalogue(FakeCluster cluster) : IGroupCatalogueGrain
{
    public Task<ListGroupsReply> List()
    {
        cluster.ThrowIfFailing();
        return Task.FromResult(new ListGroupsReply(ErrorCode.None, null, [.. cluster.GroupIds.Select(id => new GroupListing(id, "consumer", GroupState.Stable))]));
    }

    public Task<ListGroupsReply> ListOwn() => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListConfigured() => throw new NotSupportedException();
}
