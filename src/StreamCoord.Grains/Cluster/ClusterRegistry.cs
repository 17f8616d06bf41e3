using System.Data.Common;
using StreamCoord.Grains.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>
/// What a database remembers of those who use it: its cluster, and for each node the data directory that has the node's logs. It keeps a silo from going on with an empty directory as if nothing had been in the one
/// before, and with the database of another cluster. Holds no state of its own; a finished call is durable.
/// </summary>
public sealed class ClusterRegistry(Database database)
{
    /// <summary>The cluster that the database belongs to; null for a new one.</summary>
    public Task<string?> FindClusterIdAsync() => QueryAsync("SELECT cluster_id FROM cluster WHERE id = 1");

    /// <summary>Enters a silo, the first time; later makes sure that it is the one that was entered.</summary>
    /// <param name="clusterId">The cluster's id, as the data directory has it.</param>
    /// <param name="replica">The silo's number, and its data directory.</param>
    /// <exception cref="DatabaseException">The database is another cluster's or another node's, or the node's logs lie in another directory. The message says what to do.</exception>
    public async Task EnterAsync(string clusterId, ReplicaId replica)
    {
        string entered = await InsertAsync("cluster (id, cluster_id) VALUES (1, @value)", "SELECT cluster_id FROM cluster WHERE id = 1", ("value", clusterId));
        if (entered != clusterId)
        {
            throw new DatabaseException(
                $"The database belongs to cluster {entered}, and the data directory to cluster {clusterId}. Set StreamCoord:Cluster:ConnectionString or StreamCoord:DataDirectory right.");
        }
        if (await QueryAsync("SELECT CAST(MIN(node_id) AS text) FROM data_directory WHERE node_id <> @node", ("node", replica.Node.Value)) is { } other)
        {
            throw new DatabaseException(
                $"The database belongs to node {other}, and this is node {replica.Node}: several silos cannot share a database yet. Give this silo a database of its own, or leave StreamCoord:Cluster:ConnectionString out.");
        }
        string directory = await InsertAsync(
            "data_directory (node_id, incarnation) VALUES (@node, @value)",
            "SELECT incarnation FROM data_directory WHERE node_id = @node",
            ("value", replica.Incarnation.ToString()),
            ("node", replica.Node.Value));
        if (directory != replica.Incarnation.ToString())
        {
            throw new DatabaseException(
                $"The logs of node {replica.Node} lie in another data directory than this one: the database knows {directory}, and this is {replica.Incarnation} (\"incarnation\" in identity.json). Start the silo on that directory, "
                + "or give this silo another StreamCoord:NodeId. If that directory is lost, so is everything in it; to begin anew, make a new database.");
        }
    }

    private async Task<string> InsertAsync(string row, string query, params (string Name, object Value)[] parameters)
    {
        await RunAsync($"INSERT INTO {row} ON CONFLICT DO NOTHING", parameters, command => command.ExecuteNonQueryAsync());
        return (await QueryAsync(query, parameters))!;
    }

    private Task<string?> QueryAsync(string query, params (string Name, object Value)[] parameters) =>
        RunAsync(query, parameters, async command => await command.ExecuteScalarAsync() as string);

    private Task<T> RunAsync<T>(string statement, (string Name, object Value)[] parameters, Func<DbCommand, Task<T>> execute) => database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand(statement, parameters);
        return await execute(command);
    });
}
