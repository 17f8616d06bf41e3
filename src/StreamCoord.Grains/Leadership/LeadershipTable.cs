using System.Data.Common;
using System.Globalization;
using StreamCoord.Grains.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>The leadership table in SQLite or PostgreSQL: the same statements serve both. Holds no state of its own.</summary>
internal sealed class LeadershipTable(Database database) : ILeadershipTable
{
    /// <summary>How many rows are written in one round trip. Their parameters, four a row, stay below the 32,766 that SQLite takes.</summary>
    private const int RowsMax = 1_000;

    private const string Columns = LeadershipRowReader.Columns;

    private const string SelectAll = $"SELECT {Columns} FROM partition_leadership";

    private const string SelectTopic = $"{SelectAll} WHERE topic_id = @topic ORDER BY partition";

    private const string SelectPartition = $"{SelectAll} WHERE topic_id = @topic AND partition = @partition";

    private const string ClaimOne = """
        UPDATE partition_leadership SET leader_epoch = @next, leader_node = @node, version = version + 1
        WHERE topic_id = @topic AND partition = @partition AND leader_epoch = @expected AND ',' || in_sync_set || ',' LIKE @member
        """;

    private const string ChangeOneInSync = """
        UPDATE partition_leadership SET in_sync_set = @inSync, version = version + 1
        WHERE topic_id = @topic AND partition = @partition AND leader_epoch = @epoch AND version = @version
        """;

    private const string Assign = $"""
        UPDATE partition_leadership SET replicas = @replicas, adding = @adding, removing = @removing, version = version + 1
        WHERE topic_id = @topic AND partition = @partition AND version = @version
        RETURNING {Columns}
        """;

    private const string DeleteTopic = "DELETE FROM partition_leadership WHERE topic_id = @topic";

    public Task CreateAsync(TopicId topicId, int firstPartition, IReadOnlyList<PartitionReplicas> partitions)
    {
        Invariant.Holds(firstPartition >= 0 && partitions.All(partition => partition.Replicas.Count > 0 && partition.InSync.Count > 0));
        return database.RunInTransactionAsync(async connection =>
        {
            int first = firstPartition;
            foreach (PartitionReplicas[] chunk in partitions.Chunk(RowsMax))
            {
                await using DbCommand command = CreateInsert(connection, topicId, first, chunk);
                await command.ExecuteNonQueryAsync();
                first += chunk.Length;
            }
            return true;
        });
    }

    public Task<IReadOnlyList<LeadershipRow>> ReadAllAsync() => QueryAsync(SelectAll);

    public Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId) => QueryAsync(SelectTopic, ("topic", topicId.ToString()));

    public async Task<LeadershipRow?> FindAsync(TopicId topicId, int partition) =>
        (await QueryAsync(SelectPartition, ("topic", topicId.ToString()), ("partition", partition))).SingleOrDefault();

    public Task<IReadOnlyList<LeadershipRow>> ClaimAsync(IReadOnlyList<Claim> claims, ReplicaId self)
    {
        Invariant.Holds(claims.All(claim => claim.Next > claim.Expected));
        return UpdateAsync(ClaimOne, claims, claim => (claim.TopicId, claim.Partition), claim =>
        [
            ("topic", claim.TopicId.ToString()),
            ("partition", claim.Partition),
            ("expected", claim.Expected.Value),
            ("next", claim.Next.Value),
            ("node", self.Node.Value),
            ("member", ReplicaList.PatternOf(self)),
        ]);
    }

    public Task<IReadOnlyList<LeadershipRow>> ChangeInSyncAsync(IReadOnlyList<MemberChange> changes)
    {
        Invariant.Holds(changes.All(each => each.Change.Members.Count > 0));
        return UpdateAsync(ChangeOneInSync, changes, each => (each.TopicId, each.Partition), each =>
        [
            ("topic", each.TopicId.ToString()),
            ("partition", each.Partition),
            ("epoch", each.Change.Epoch.Value),
            ("version", each.Change.Version),
            ("inSync", ReplicaList.Format(each.Change.Members)),
        ]);
    }

    public async Task<LeadershipRow?> AssignAsync(TopicId topicId, int partition, long expectedVersion, Assignment assignment)
    {
        Invariant.Holds(assignment.Target.Count > 0);
        IReadOnlyList<LeadershipRow> changed = await QueryAsync(
            Assign,
            ("topic", topicId.ToString()),
            ("partition", partition),
            ("version", expectedVersion),
            ("replicas", NodeList.Format(assignment.Replicas)),
            ("adding", NodeList.Format(assignment.Adding)),
            ("removing", NodeList.Format(assignment.Removing)));
        return changed.SingleOrDefault() ?? await FindAsync(topicId, partition);
    }

    public Task DeleteAsync(TopicId topicId)
    {
        return database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand(DeleteTopic, [("topic", topicId.ToString())]);
            return await command.ExecuteNonQueryAsync();
        });
    }

    // The statement once for each request, a thousand in a transaction, and the rows as they are then.
    private async Task<IReadOnlyList<LeadershipRow>> UpdateAsync<T>(
        string statement, IReadOnlyList<T> requests, Func<T, (TopicId TopicId, int Partition)> partitionOf, Func<T, IReadOnlyList<(string, object)>> parametersOf)
    {
        var rows = new List<LeadershipRow>(requests.Count);

        // Whoever locks rows in the same order as the others never waits for one who waits for it.
        foreach (T[] chunk in requests.OrderBy(request => partitionOf(request).TopicId.Value).ThenBy(request => partitionOf(request).Partition).Chunk(RowsMax))
        {
            rows.AddRange(await database.RunInTransactionAsync(async connection =>
            {
                await connection.ExecuteAllAsync(statement, chunk.Select(parametersOf));
                await using DbCommand select = CreateSelect(connection, [.. chunk.Select(partitionOf)]);
                return await new LeadershipRowReader().ReadAsync(select);
            }));
        }
        return rows;
    }

    private static DbCommand CreateInsert(DbConnection connection, TopicId topicId, int firstPartition, PartitionReplicas[] partitions)
    {
        List<(string, object)> parameters = [("topic", topicId.ToString())];
        string[] rows = new string[partitions.Length];
        for (int i = 0; i < partitions.Length; i++)
        {
            rows[i] = string.Create(CultureInfo.InvariantCulture, $"(@topic, {firstPartition + i}, @replicas{i}, -1, {LeadershipRowReader.NoNode}, @inSync{i}, 0, '', '')");
            parameters.Add(($"replicas{i}", NodeList.Format(partitions[i].Replicas)));
            parameters.Add(($"inSync{i}", ReplicaList.Format(partitions[i].InSync)));
        }
        return connection.CreateCommand($"INSERT INTO partition_leadership ({Columns}) VALUES {string.Join(", ", rows)} ON CONFLICT DO NOTHING", parameters);
    }

    private static DbCommand CreateSelect(DbConnection connection, (TopicId TopicId, int Partition)[] partitions)
    {
        List<(string, object)> parameters = [];
        string[] rows = new string[partitions.Length];
        for (int i = 0; i < partitions.Length; i++)
        {
            rows[i] = string.Create(CultureInfo.InvariantCulture, $"(@topic{i}, {partitions[i].Partition})");
            parameters.Add(($"topic{i}", partitions[i].TopicId.ToString()));
        }
        return connection.CreateCommand(
            $"WITH asked (topic_id, partition) AS (VALUES {string.Join(", ", rows)}) SELECT {Columns} FROM partition_leadership JOIN asked USING (topic_id, partition)", parameters);
    }

    private Task<IReadOnlyList<LeadershipRow>> QueryAsync(string statement, params (string Name, object Value)[] parameters)
    {
        return database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand(statement, parameters);
            return await new LeadershipRowReader().ReadAsync(command);
        });
    }
}
