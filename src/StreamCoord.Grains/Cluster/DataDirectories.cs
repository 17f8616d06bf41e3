using System.Data.Common;
using System.Globalization;
using StreamCoord.Grains.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>Which data directory each node keeps its logs in, as <see cref="ClusterRegistry"/> has entered it. Holds no state of its own.</summary>
internal sealed class DataDirectories(Database database)
{
    /// <summary>Every node that was ever entered.</summary>
    public Task<IReadOnlyList<ReplicaId>> ListAsync() => database.RunAsync<IReadOnlyList<ReplicaId>>(async connection =>
    {
        await using DbCommand command = connection.CreateCommand("SELECT node_id, incarnation FROM data_directory ORDER BY node_id", []);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var nodes = new List<ReplicaId>();
        while (await reader.ReadAsync())
        {
            nodes.Add(new ReplicaId(new NodeId(reader.GetInt32(0)), new Incarnation(Guid.Parse(reader.GetString(1), CultureInfo.InvariantCulture))));
        }
        return nodes;
    });
}
