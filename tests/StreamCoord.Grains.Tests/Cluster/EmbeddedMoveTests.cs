using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Replication;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Cluster;

/// <summary>A silo that was alone becomes the first node of a cluster, with all it has.</summary>
public sealed class EmbeddedMoveTests(PostgreSqlServer server) : IAsyncLifetime
{
    private const string Cluster = "nuXm7jOOTrmGHVXuMvbfFA";
    private const int Partitions = 2_500;

    private static readonly ReplicaId Self = new(new NodeId(1), new Incarnation(Guid.NewGuid()));

    private readonly TopicId _topic = TopicId.NewId();
    private readonly SqliteFile _file = new();
    private readonly PostgreSqlDatabase _source = new(server);
    private Database _server = null!;

    private string Moved => _file.FilePath + EmbeddedMove.MovedSuffix;

    public async ValueTask InitializeAsync()
    {
        _server = await _source.OpenAsync();
        await using Database embedded = await _file.OpenAsync();
        await new ClusterRegistry(embedded).EnterAsync(Cluster, Self);
        var table = new LeadershipTable(embedded);
        await table.CreateAsync(_topic, 0, [.. Enumerable.Repeat(new PartitionReplicas([Self.Node], [Self]), Partitions)]);
        await table.ClaimAsync([new Claim(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(4))], Self);
        await ExecuteAsync(embedded, """
            INSERT INTO OrleansStorage VALUES
                (1, -2, 3, -4, 'a', 'key', 'streamcoord', x'0102ff', '2026-01-02 03:04:05', 6),
                (2, 9223372036854775807, 0, 0, 'b', NULL, 'streamcoord', NULL, '2026-01-02 03:04:05', 1)
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _source.DisposeAsync();
        await _file.DisposeAsync();
    }

    [Fact]
    public async Task Run_WithAnEmptyDatabase_MovesEveryRow()
    {
        Assert.Equal(Partitions, await RunAsync());

        IReadOnlyList<LeadershipRow> rows = await new LeadershipTable(_server).ReadAsync(_topic);
        Assert.Equal(Partitions, rows.Count);
        Assert.Equal((new LeaderEpoch(4), Self.Node, 1L), (rows[0].LeaderEpoch, rows[0].LeaderNode!.Value, rows[0].InSync.Version));
        Assert.All(rows, row => Assert.Equal([Self], row.InSync.Members));
        Assert.Equal(1L, await ExecuteAsync(_server, """
            SELECT COUNT(*) FROM OrleansStorage WHERE GrainIdHash = 1 AND GrainIdN0 = -2 AND GrainIdN1 = 3 AND GrainTypeHash = -4 AND GrainTypeString = 'a' AND GrainIdExtensionString = 'key'
                AND ServiceId = 'streamcoord' AND PayloadBinary = '\x0102ff' AND ModifiedOn = '2026-01-02 03:04:05' AND Version = 6
            """));
        Assert.Equal(1L, await ExecuteAsync(_server, "SELECT COUNT(*) FROM OrleansStorage WHERE GrainIdN0 = 9223372036854775807 AND PayloadBinary IS NULL AND GrainIdExtensionString IS NULL"));
        Assert.Null(await new ClusterRegistry(_server).EnterAsync(Cluster, Self));
        Assert.True(File.Exists(Moved));
        Assert.False(File.Exists(_file.FilePath));
        Assert.Null(await RunAsync());
    }

    [Fact]
    public async Task Run_AfterAStopBeforeTheFileWasRenamed_CopiesNothingAgain()
    {
        await RunAsync();
        File.Move(Moved, _file.FilePath);
        await new LeadershipTable(_server).DeleteAsync(_topic);

        Assert.Null(await RunAsync());

        Assert.Empty(await new LeadershipTable(_server).ReadAllAsync());
        Assert.True(File.Exists(Moved));
    }

    [Fact]
    public async Task Run_WithAnotherClustersDatabase_CopiesNothing_AndEnteringIsRefused()
    {
        await new ClusterRegistry(_server).EnterAsync("AAAAAAAAAAAAAAAAAAAAAA", new ReplicaId(new NodeId(2), new Incarnation(Guid.NewGuid())));

        Assert.Null(await RunAsync());

        Assert.Empty(await new LeadershipTable(_server).ReadAllAsync());
        Assert.True(File.Exists(_file.FilePath));
        await Assert.ThrowsAsync<DatabaseException>(() => new ClusterRegistry(_server).EnterAsync(Cluster, Self));
    }

    [Fact]
    public async Task Run_WhereAnotherNodeOfTheClusterWasFirst_IsRefused()
    {
        await new ClusterRegistry(_server).EnterAsync(Cluster, new ReplicaId(new NodeId(2), new Incarnation(Guid.NewGuid())));

        var refusal = await Assert.ThrowsAsync<DatabaseException>(RunAsync);

        Assert.Contains("start this node first", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_file.FilePath));
    }

    [Fact]
    public async Task Run_WithRowsThatAreThere_LeavesBothAsTheyWere()
    {
        await new LeadershipTable(_server).CreateAsync(_topic, Partitions - 1, [new([Self.Node], [Self])]);

        await Assert.ThrowsAsync<DatabaseException>(RunAsync);

        Assert.Null(await new ClusterRegistry(_server).FindClusterIdAsync());
        Assert.Single(await new LeadershipTable(_server).ReadAllAsync());
        Assert.True(File.Exists(_file.FilePath));
    }

    private Task<int?> RunAsync() => new EmbeddedMove(_file.FilePath, _server).RunAsync(Cluster, Self);

    private static Task<object?> ExecuteAsync(Database database, string statement) => database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand(statement, []);
        return await command.ExecuteScalarAsync();
    });
}
