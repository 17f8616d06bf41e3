using StreamCoord.Conformance.Tests.ZooKeeper.Paired;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>Curator, unchanged: each recipe does with a silo what it does with a real server.</summary>
public sealed class CuratorTests(ServicePair pair, CuratorRecipes recipes)
{
    public static TheoryData<string> Cases =>
    [
        "access", "configuration", "basics", "transactions", "containers", "persistentNode", "persistentTtlNode", "protection", "namespaces", "watchesAreRemoved", "states", "mutex",
        "mutexExcludes", "mutexOfAClientThatIsGone", "mutexIsRevoked", "semaphoreMutex", "readWriteLock", "multiLock", "semaphore", "semaphoreOfACount", "barrier", "doubleBarrier",
        "leaderLatch", "leaderLatchWithoutItsSession", "leaderSelector", "groupMember", "serviceDiscovery", "sharedCount", "sharedValue", "atomicLong", "atomicLongByALock",
        "pathChildrenCache", "nodeCache", "treeCache", "curatorCache", "persistentWatcher", "queue", "priorityQueue", "delayQueue", "idQueue", "simpleQueue",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ARecipe_Works(string name)
    {
        (string reference, string ours) = await pair.AddressesAsync();

        Assert.Equal("", (await recipes.RunAsync(reference))[name]);
        Assert.Equal("", (await recipes.RunAsync(ours))[name]);
    }

    [Fact]
    public async Task NoCaseIsForgotten()
    {
        (string reference, _) = await pair.AddressesAsync();

        Assert.Equal(Cases.Select(row => row.Data).Order(), (await recipes.RunAsync(reference)).Keys.Order());
    }
}
