using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Replication;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Cluster;

/// <summary>What every database must remember of those who use it.</summary>
public abstract class ClusterRegistryTests(IDatabaseSource source) : IAsyncLifetime
{
    private const string Cluster = "nuXm7jOOTrmGHVXuMvbfFA";

    private Database _database = null!;
    private ClusterRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await source.OpenAsync();
        _registry = new ClusterRegistry(_database);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _database.DisposeAsync();
        await source.DisposeAsync();
    }

    [Fact]
    public async Task Enter_TheFirstTime_IsRemembered_AndWelcomeAgain()
    {
        Assert.Null(await _registry.FindClusterIdAsync());
        ReplicaId replica = NewReplica(1);

        await _registry.EnterAsync(Cluster, replica);
        await _registry.EnterAsync(Cluster, replica);

        Assert.Equal(Cluster, await _registry.FindClusterIdAsync());
    }

    [Fact]
    public async Task Enter_ToAnotherClustersDatabase_IsRefused()
    {
        await _registry.EnterAsync(Cluster, NewReplica(1));

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => _registry.EnterAsync("AAAAAAAAAAAAAAAAAAAAAA", NewReplica(2)));

        Assert.Contains(Cluster, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enter_OfASecondNode_IsRefused()
    {
        await _registry.EnterAsync(Cluster, NewReplica(3));

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => _registry.EnterAsync(Cluster, NewReplica(2)));

        Assert.Contains("belongs to node 3", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enter_WithAnotherDirectory_IsRefused_AndNothingIsChanged()
    {
        ReplicaId replica = NewReplica(1);
        await _registry.EnterAsync(Cluster, replica);

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => _registry.EnterAsync(Cluster, NewReplica(1)));

        Assert.Contains(replica.Incarnation.ToString(), refusal.Message, StringComparison.Ordinal);
        await _registry.EnterAsync(Cluster, replica);
    }

    [Fact]
    public async Task Enter_OfManyAtOnce_LetsOneDirectoryIn()
    {
        bool[] entered = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await _registry.EnterAsync(Cluster, NewReplica(1));
                return true;
            }
            catch (DatabaseException)
            {
                return false;
            }
        })));

        Assert.Single(entered, true);
    }

    private static ReplicaId NewReplica(int node) => new(new NodeId(node), new Incarnation(Guid.NewGuid()));
}

public sealed class SqliteClusterRegistryTests() : ClusterRegistryTests(new SqliteFile());

public sealed class PostgreSqlClusterRegistryTests(PostgreSqlServer server) : ClusterRegistryTests(new PostgreSqlDatabase(server));
