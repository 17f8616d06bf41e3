using System.Data.Common;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>
/// What a database remembers of those who use it: its cluster, and for each node the data directory that has the node's logs. It keeps a silo from going on with the database of another cluster, and a silo that is
/// alone from going on with an empty directory as if nothing had been in the one before. Holds no state of its own; a finished call is durable.
/// </summary>
public sealed class ClusterRegistry(Database database)
{
    private const string SelectCluster = "SELECT cluster_id FROM cluster WHERE id = 1";

    private const string InsertCluster = "INSERT INTO cluster (id, cluster_id) VALUES (1, @cluster) ON CONFLICT DO NOTHING";

    private const string SelectDirectory = "SELECT incarnation FROM data_directory WHERE node_id = @node";

    /// <summary>
    /// Gives the members of in-sync sets that are bare numbers, of a time when a cluster was one node, their incarnation. It is put between commas, so that a number is found whole.
    /// </summary>
    private const string CompleteMembers = """
        UPDATE partition_leadership SET in_sync_set = trim(replace(',' || in_sync_set || ',', @bare, @member), ','), version = version + 1
        WHERE ',' || in_sync_set || ',' LIKE '%' || @bare || '%'
        """;

    /// <summary>The cluster that the database belongs to; null for a new one.</summary>
    public Task<string?> FindClusterIdAsync() => database.RunAsync(connection => QueryAsync(connection, SelectCluster));

    /// <summary>Makes a new database that of a cluster; returns the cluster's id, which is another one when somebody was faster.</summary>
    public Task<string> AgreeOnClusterIdAsync(string clusterId) => database.RunAsync(async connection =>
    {
        await ExecuteAsync(connection, InsertCluster, ("cluster", clusterId));
        return (await QueryAsync(connection, SelectCluster))!;
    });

    /// <summary>The data directory of a node, as the database knows it; null for a node that it does not know.</summary>
    public async Task<Incarnation?> FindDirectoryAsync(NodeId node)
    {
        string? incarnation = await database.RunAsync(connection => QueryAsync(connection, SelectDirectory, ("node", node.Value)));
        return incarnation is null ? null : new Incarnation(Guid.ParseExact(incarnation, "n"));
    }

    /// <summary>
    /// Enters a silo, the first time; later makes sure that it is the one that was entered. A directory in the place of another one is taken when the cluster has other nodes: they are what it is filled from.
    /// </summary>
    /// <param name="clusterId">The cluster's id, as the data directory has it.</param>
    /// <param name="replica">The silo's number, and its data directory.</param>
    /// <returns>The directory that was replaced; null when none was.</returns>
    /// <exception cref="DatabaseException">The database is another cluster's, or the logs of its only node lie in another directory. The message says what to do.</exception>
    public Task<Incarnation?> EnterAsync(string clusterId, ReplicaId replica) => database.RunInTransactionAsync(async connection =>
    {
        await ExecuteAsync(connection, InsertCluster, ("cluster", clusterId));
        string entered = (await QueryAsync(connection, SelectCluster))!;
        if (entered != clusterId)
        {
            throw new DatabaseException(
                $"The database belongs to cluster {entered}, and the data directory to cluster {clusterId}. Set StreamCoord:Cluster:ConnectionString or StreamCoord:DataDirectory right.");
        }
        Incarnation registered = await RegisterAsync(connection, replica);
        if (registered != replica.Incarnation)
        {
            await ReplaceAsync(connection, replica, registered);
            return (Incarnation?)registered;
        }
        await ExecuteAsync(connection, CompleteMembers, ("bare", $",{replica.Node},"), ("member", $",{ReplicaList.Format(replica)},"));
        return null;
    });

    /// <summary>The node's directory as the database knows it, which is this one when it knew none.</summary>
    private static async Task<Incarnation> RegisterAsync(DbConnection connection, ReplicaId replica)
    {
        await ExecuteAsync(
            connection,
            "INSERT INTO data_directory (node_id, incarnation) VALUES (@node, @incarnation) ON CONFLICT DO NOTHING",
            ("node", replica.Node.Value),
            ("incarnation", replica.Incarnation.ToString()));
        string incarnation = (await QueryAsync(connection, SelectDirectory, ("node", replica.Node.Value)))!;
        return new Incarnation(Guid.ParseExact(incarnation, "n"));
    }

    private static async Task ReplaceAsync(DbConnection connection, ReplicaId replica, Incarnation registered)
    {
        int replaced = await ExecuteAsync(
            connection,
            "UPDATE data_directory SET incarnation = @incarnation WHERE node_id = @node AND EXISTS (SELECT 1 FROM data_directory AS other WHERE other.node_id <> @node)",
            ("node", replica.Node.Value),
            ("incarnation", replica.Incarnation.ToString()));
        if (replaced == 0)
        {
            throw new DatabaseException(
                $"The logs of node {replica.Node} lie in another data directory than this one: the database knows {registered}, and this is {replica.Incarnation} (\"incarnation\" in identity.json). Start the silo on that directory, "
                + "or give this silo another StreamCoord:NodeId. If that directory is lost, so is everything in it; to begin anew, make a new database.");
        }
    }

    private static async Task<string?> QueryAsync(DbConnection connection, string query, params (string Name, object Value)[] parameters)
    {
        await using DbCommand command = connection.CreateCommand(query, parameters);
        return await command.ExecuteScalarAsync() as string;
    }

    private static async Task<int> ExecuteAsync(DbConnection connection, string statement, params (string Name, object Value)[] parameters)
    {
        await using DbCommand command = connection.CreateCommand(statement, parameters);
        return await command.ExecuteNonQueryAsync();
    }
}
