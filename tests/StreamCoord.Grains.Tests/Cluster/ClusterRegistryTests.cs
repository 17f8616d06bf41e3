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
    public async Task Enter_OfSeveralNodes_IsWelcome()
    {
        Assert.Null(await _registry.EnterAsync(Cluster, NewReplica(3)));
        Assert.Null(await _registry.EnterAsync(Cluster, NewReplica(2)));
    }

    [Fact]
    public async Task Enter_WithAnotherDirectory_WhereThereAreOtherNodes_ReplacesTheOldOne()
    {
        (ReplicaId lost, ReplicaId empty) = (NewReplica(1), NewReplica(1));
        await _registry.EnterAsync(Cluster, lost);
        await _registry.EnterAsync(Cluster, NewReplica(2));
        var table = new LeadershipTable(_database);
        var topic = TopicId.NewId();
        await table.CreateAsync(topic, 0, [new([lost.Node], [lost])]);

        Assert.Equal(lost.Incarnation, await _registry.EnterAsync(Cluster, empty));
        Assert.Null(await _registry.EnterAsync(Cluster, empty));

        Assert.Equal([lost], (await table.FindAsync(topic, 0))!.InSync.Members);
    }

    [Fact]
    public async Task Enter_CompletesTheMembersOfATimeWhenAClusterWasOneNode()
    {
        var table = new LeadershipTable(_database);
        var topic = TopicId.NewId();
        ReplicaId[] nobodys = [.. ((int[])[1, 11, 2]).Select(node => new ReplicaId(new NodeId(node), default))];
        await table.CreateAsync(topic, 0, [new([new NodeId(1)], nobodys)]);
        await MakeBareAsync();
        ReplicaId replica = NewReplica(1);

        await _registry.EnterAsync(Cluster, replica);
        await _registry.EnterAsync(Cluster, replica);

        LeadershipRow row = (await table.FindAsync(topic, 0))!;
        Assert.Equal([replica, nobodys[1], nobodys[2]], row.InSync.Members);
        Assert.Equal(1, row.InSync.Version);
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

    private Task<int> MakeBareAsync() => _database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand("UPDATE partition_leadership SET in_sync_set = '1,11,2'", []);
        return await command.ExecuteNonQueryAsync();
    });

    private static ReplicaId NewReplica(int node) => new(new NodeId(node), new Incarnation(Guid.NewGuid()));
}

public sealed class SqliteClusterRegistryTests() : ClusterRegistryTests(new SqliteFile());

public sealed class PostgreSqlClusterRegistryTests(PostgreSqlServer server) : ClusterRegistryTests(new PostgreSqlDatabase(server));
