using StreamCoord.Conformance.Tests.ZooKeeper.Paired;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>kazoo, unchanged: each recipe does with a silo what it does with a real server.</summary>
public sealed class KazooTests(ServicePair pair, KazooRecipes recipes)
{
    public static TheoryData<string> Cases =>
    [
        "tutorial", "basics", "chroot", "lock", "lock_is_fair", "lock_cancelled", "read_and_write_lock", "semaphore", "election", "barrier", "double_barrier", "queue", "locking_queue", "counter",
        "party", "shallow_party", "set_partitioner", "data_watch", "children_watch", "patient_children_watch", "tree_cache", "non_blocking_lease", "multi_non_blocking_lease", "transactions",
        "authentication", "states", "four_letter_words",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ARecipe_Works(string name)
    {
        (string reference, string ours) = await pair.AddressesAsync();

        Assert.Null((await recipes.RunAsync(reference))[name]);
        Assert.Null((await recipes.RunAsync(ours))[name]);
    }

    [Fact]
    public async Task NoCaseIsForgotten()
    {
        (string reference, _) = await pair.AddressesAsync();

        Assert.Equal(Cases.Select(row => row.Data).Order(), (await recipes.RunAsync(reference)).Keys.Order());
    }
}
