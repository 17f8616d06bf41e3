using System.Data.Common;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// Reads the rows of one query. Keeps the lists that it has parsed, because rows mostly have the same nodes. Used once, by one caller.
/// </summary>
internal sealed class LeadershipRowReader
{
    /// <summary>What a query must select, in this order.</summary>
    public const string Columns = "topic_id, partition, replicas, leader_epoch, leader_node, in_sync_set, version, adding, removing";

    /// <summary>The leader of a partition that nobody has led yet.</summary>
    public const int NoNode = -1;

    private readonly Dictionary<string, IReadOnlyList<NodeId>> _nodes = [];
    private readonly Dictionary<string, IReadOnlyList<ReplicaId>> _replicas = [];

    public async Task<IReadOnlyList<LeadershipRow>> ReadAsync(DbCommand command)
    {
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var rows = new List<LeadershipRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(Read(reader));
        }
        return rows;
    }

    private LeadershipRow Read(DbDataReader reader)
    {
        int leader = reader.GetInt32(4);
        return new LeadershipRow(
            new TopicId(Guid.ParseExact(reader.GetString(0), "n")),
            reader.GetInt32(1),
            new Assignment(Nodes(reader, 2), Nodes(reader, 7), Nodes(reader, 8)),
            new LeaderEpoch(reader.GetInt32(3)),
            leader == NoNode ? null : new NodeId(leader),
            new InSyncSet(Parsed(_replicas, reader.GetString(5), ReplicaList.Parse), reader.GetInt64(6)));
    }

    private IReadOnlyList<NodeId> Nodes(DbDataReader reader, int column) => Parsed(_nodes, reader.GetString(column), NodeList.Parse);

    private static IReadOnlyList<T> Parsed<T>(Dictionary<string, IReadOnlyList<T>> known, string text, Func<string, IReadOnlyList<T>> parse)
    {
        if (!known.TryGetValue(text, out IReadOnlyList<T>? list))
        {
            known.Add(text, list = parse(text));
        }
        return list;
    }
}
