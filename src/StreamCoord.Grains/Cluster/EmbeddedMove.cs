using System.Data.Common;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Storage;
using StreamCoord.Log.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>
/// Makes a silo that was alone the first node of a cluster: what its embedded database has goes into the empty database of the cluster, and the file gets another name. It may be stopped anywhere and run again: the
/// rows arrive all at once, and the file keeps its name until they have. Used by one caller, before the silo enters the cluster's database.
/// </summary>
/// <param name="path">The embedded database's file.</param>
/// <param name="server">The cluster's database.</param>
public sealed class EmbeddedMove(string path, Database server)
{
    /// <summary>What the file's name ends with when its rows are elsewhere.</summary>
    public const string MovedSuffix = ".moved";

    private const int RowsMax = 1_000;

    private const string LeadershipColumns = "topic_id, partition, replicas, leader_epoch, leader_node, in_sync_set, version";

    private const string StorageColumns =
        "GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version";

    private const string InsertLeadership = $"INSERT INTO partition_leadership ({LeadershipColumns}) VALUES (@c0, @c1, @c2, @c3, @c4, @c5, @c6)";

    // SQLite keeps a time as text.
    private const string InsertStorage = $"INSERT INTO OrleansStorage ({StorageColumns}) VALUES (@c0, @c1, @c2, @c3, @c4, @c5, @c6, @c7, CAST(@c8 AS timestamp), @c9)";

    /// <summary>Moves what there is. Nothing happens when there is no file, or when the cluster's database has the rows already.</summary>
    /// <param name="clusterId">The cluster's id, as the data directory has it.</param>
    /// <param name="replica">The silo's number, and its data directory.</param>
    /// <returns>How many partitions were moved; null when nothing was.</returns>
    /// <exception cref="DatabaseException">The rows cannot be put into that database, or the file is not this silo's. The message says what to do.</exception>
    public async Task<int?> RunAsync(string clusterId, ReplicaId replica)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        if (await new ClusterRegistry(server).FindClusterIdAsync() is { } present)
        {
            await FinishAsync(clusterId, present, replica);
            return null;
        }
        try
        {
            int partitions = await CopyAsync(clusterId, replica);
            Rename();
            return partitions;
        }
        catch (DbException failure)
        {
            throw new DatabaseException($"The rows of '{path}' could not be moved into the PostgreSQL database: {failure.Message} Give the cluster an empty database.", failure);
        }
    }

    /// <summary>Where the database has a cluster, the rows are there already, or belong elsewhere.</summary>
    private async Task FinishAsync(string clusterId, string present, ReplicaId replica)
    {
        if (present != clusterId)
        {
            // Entering refuses, and says why.
            return;
        }
        if (await new ClusterRegistry(server).FindDirectoryAsync(replica.Node) == replica.Incarnation)
        {
            Rename();
        }
        else if (await CountPartitionsAsync() > 0)
        {
            throw new DatabaseException(
                $"The PostgreSQL database has the cluster {clusterId} already, but not what node {replica.Node} has in '{path}'. A silo that was alone is the first to enter a new database: give the cluster an empty one and start this node first.");
        }
    }

    private async Task<int> CountPartitionsAsync()
    {
        await using Database embedded = await Database.OpenEmbeddedAsync(path);
        return (await new LeadershipTable(embedded).ReadAllAsync()).Count;
    }

    private async Task<int> CopyAsync(string clusterId, ReplicaId replica)
    {
        await using Database embedded = await Database.OpenEmbeddedAsync(path);
        await new ClusterRegistry(embedded).EnterAsync(clusterId, replica);
        List<object[]> leadership = await ReadAsync(embedded, $"SELECT {LeadershipColumns} FROM partition_leadership");
        List<object[]> storage = await ReadAsync(embedded, $"SELECT {StorageColumns} FROM OrleansStorage");
        return await server.RunInTransactionAsync(async connection =>
        {
            await using DbCommand cluster = connection.CreateCommand("INSERT INTO cluster (id, cluster_id) VALUES (1, @id)", [("id", clusterId)]);
            await cluster.ExecuteNonQueryAsync();
            await using DbCommand directory = connection.CreateCommand(
                "INSERT INTO data_directory (node_id, incarnation) VALUES (@node, @incarnation)", [("node", replica.Node.Value), ("incarnation", replica.Incarnation.ToString())]);
            await directory.ExecuteNonQueryAsync();
            await InsertAsync(connection, InsertLeadership, leadership);
            await InsertAsync(connection, InsertStorage, storage);
            return leadership.Count;
        });
    }

    private static Task<List<object[]>> ReadAsync(Database database, string query) => database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand(query, []);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        List<object[]> rows = [];
        while (await reader.ReadAsync())
        {
            object[] values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(values);
        }
        return rows;
    });

    private static async Task InsertAsync(DbConnection connection, string statement, List<object[]> rows)
    {
        foreach (object[][] chunk in rows.Chunk(RowsMax))
        {
            await connection.ExecuteAllAsync(statement, chunk.Select(row => (IReadOnlyList<(string, object)>)[.. row.Select((value, i) => ($"c{i}", value))]));
        }
    }

    private void Rename()
    {
        var disk = new PhysicalDisk();
        disk.Rename(path, path + MovedSuffix);
        disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
