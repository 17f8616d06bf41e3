using System.Data.Common;
using StreamCoord.Grains.Storage;

namespace StreamCoord.Grains.Leadership;

/// <summary>The leadership table in SQLite or PostgreSQL: the same statements serve both. Holds no state of its own.</summary>
internal sealed class LeadershipTable(Database database) : ILeadershipTable
{
    private const int NoNode = -1;

    private const string InsertMissing = """
        WITH RECURSIVE numbers (partition) AS
        (
            SELECT 0 UNION ALL SELECT partition + 1 FROM numbers WHERE partition + 1 < @count
        )
        INSERT INTO partition_leadership (topic_id, partition, replicas, leader_epoch, leader_node, in_sync_set)
        SELECT @topic, partition, @replicas, -1, -1, @inSync FROM numbers WHERE true
        ON CONFLICT DO NOTHING
        """;

    private const string SelectTopic = """
        SELECT partition, replicas, leader_epoch, leader_node, in_sync_set FROM partition_leadership
        WHERE topic_id = @topic ORDER BY partition
        """;

    private const string SelectPartition = """
        SELECT partition, replicas, leader_epoch, leader_node, in_sync_set FROM partition_leadership
        WHERE topic_id = @topic AND partition = @partition
        """;

    private const string ClaimOne = """
        UPDATE partition_leadership SET leader_epoch = @next, leader_node = @node
        WHERE topic_id = @topic AND partition = @partition AND leader_epoch = @expected AND ',' || in_sync_set || ',' LIKE @member
        """;

    private const string ClaimEvery = """
        UPDATE partition_leadership SET leader_epoch = leader_epoch + 1, leader_node = @node
        WHERE ',' || in_sync_set || ',' LIKE @member
        RETURNING topic_id, partition, leader_epoch
        """;

    private const string DeleteTopic = "DELETE FROM partition_leadership WHERE topic_id = @topic";

    public Task CreateAsync(TopicId topicId, int partitionCount, IReadOnlyList<NodeId> replicas, IReadOnlyList<NodeId> inSyncReplicas)
    {
        Invariant.Holds(partitionCount > 0);
        return ExecuteAsync(
            InsertMissing,
            ("count", partitionCount),
            ("topic", topicId.ToString()),
            ("replicas", NodeList.Format(replicas)),
            ("inSync", NodeList.Format(inSyncReplicas)));
    }

    public Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId) => QueryRowsAsync(topicId, SelectTopic, ("topic", topicId.ToString()));

    public async Task<LeadershipRow?> FindAsync(TopicId topicId, int partition)
    {
        IReadOnlyList<LeadershipRow> rows =
            await QueryRowsAsync(topicId, SelectPartition, ("topic", topicId.ToString()), ("partition", partition));
        return rows.SingleOrDefault();
    }

    public async Task<bool> TryClaimAsync(TopicId topicId, int partition, LeaderEpoch expected, LeaderEpoch next, NodeId node)
    {
        Invariant.Holds(next > expected);
        int changed = await ExecuteAsync(
            ClaimOne,
            ("topic", topicId.ToString()),
            ("partition", partition),
            ("expected", expected.Value),
            ("next", next.Value),
            ("node", node.Value),
            ("member", NodeList.PatternOf(node)));
        return changed == 1;
    }

    public Task<IReadOnlyList<ClaimedPartition>> ClaimAllAsync(NodeId node)
    {
        return QueryAsync(
            reader => new ClaimedPartition(
                new TopicId(Guid.ParseExact(reader.GetString(0), "n")), reader.GetInt32(1), new LeaderEpoch(reader.GetInt32(2))),
            ClaimEvery,
            ("node", node.Value),
            ("member", NodeList.PatternOf(node)));
    }

    public Task DeleteAsync(TopicId topicId) => ExecuteAsync(DeleteTopic, ("topic", topicId.ToString()));

    private Task<IReadOnlyList<LeadershipRow>> QueryRowsAsync(TopicId topicId, string statement, params (string Name, object Value)[] parameters)
    {
        // The rows of a topic mostly have the same nodes: one list serves them all.
        var parsed = new Dictionary<string, IReadOnlyList<NodeId>>();
        return QueryAsync(
            reader => new LeadershipRow(
                topicId,
                reader.GetInt32(0),
                Nodes(reader.GetString(1)),
                new LeaderEpoch(reader.GetInt32(2)),
                reader.GetInt32(3) is var leader && leader == NoNode ? null : new NodeId(leader),
                Nodes(reader.GetString(4))),
            statement,
            parameters);

        IReadOnlyList<NodeId> Nodes(string text)
        {
            if (!parsed.TryGetValue(text, out IReadOnlyList<NodeId>? nodes))
            {
                parsed.Add(text, nodes = NodeList.Parse(text));
            }
            return nodes;
        }
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(Func<DbDataReader, T> read, string statement, params (string Name, object Value)[] parameters)
    {
        return database.RunAsync<IReadOnlyList<T>>(async connection =>
        {
            await using DbCommand command = connection.CreateCommand(statement, parameters);
            await using DbDataReader reader = await command.ExecuteReaderAsync();
            var rows = new List<T>();
            while (await reader.ReadAsync())
            {
                rows.Add(read(reader));
            }
            return rows;
        });
    }

    private Task<int> ExecuteAsync(string statement, params (string Name, object Value)[] parameters)
    {
        return database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand(statement, parameters);
            return await command.ExecuteNonQueryAsync();
        });
    }
}
