using Microsoft.Data.Sqlite;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Replication;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Cluster;

/// <summary>A database from before members had incarnations goes on with what it has.</summary>
public sealed class MemberUpgradeTests(PostgreSqlServer server)
{
    private const int VersionBefore = 3;

    private static readonly TopicId Topic = TopicId.NewId();
    private static readonly string Rows = $"INSERT INTO partition_leadership (topic_id, partition, replicas, leader_epoch, leader_node, in_sync_set) VALUES ('{Topic}', 0, '7', 4, 7, '7')";

    [Fact]
    public async Task EmbeddedDatabase_OfBefore_IsLedByItsNode()
    {
        await using var file = new SqliteFile();
        await using (var connection = new SqliteConnection($"Data Source={file.FilePath};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            foreach (string statement in (IEnumerable<string>)[.. SchemaScript.All("sqlite").Take(VersionBefore).Select(script => script.ReadText()), Rows])
            {
                await using DbCommand command = connection.CreateCommand(statement, []);
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
        }
        await using Database database = await file.OpenAsync();

        await CheckAsync(database);
    }

    [Fact]
    public async Task ServerDatabase_OfBefore_IsLedByItsNode()
    {
        string connectionString = await server.CreateDatabaseAsync(
            [.. PostgreSqlDatabase.ScriptsUpTo(VersionBefore), Rows, .. PostgreSqlDatabase.ScriptsUpTo(int.MaxValue).Skip(VersionBefore)]);
        await using Database database = await Database.OpenServerAsync(connectionString);

        await CheckAsync(database);
    }

    private static async Task CheckAsync(Database database)
    {
        var replica = new ReplicaId(new NodeId(7), new Incarnation(Guid.NewGuid()));
        var table = new LeadershipTable(database);
        Assert.False((await table.FindAsync(Topic, 0))!.InSync.Contains(replica));

        await new ClusterRegistry(database).EnterAsync("nuXm7jOOTrmGHVXuMvbfFA", replica);

        LeadershipRow row = Assert.Single(await table.ClaimAsync([new Claim(Topic, 0, new LeaderEpoch(4), new LeaderEpoch(5))], replica));
        Assert.Equal((new LeaderEpoch(5), 2L), (row.LeaderEpoch, row.InSync.Version));
        Assert.Equal([replica], row.InSync.Members);
    }
}
