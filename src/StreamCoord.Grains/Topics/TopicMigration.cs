using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Storage;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// Takes over, into the tree, the topics of a database that was written before there was one. It may be stopped anywhere and run again; the rows go when every topic is in the tree.
/// </summary>
internal sealed partial class TopicMigration(Database database, TopicStore store, ClusterIdentity identity, ILogger<TopicMigration> logger)
{
    private const string SelectTopics = "SELECT GrainIdExtensionString, PayloadBinary FROM OrleansStorage WHERE GrainTypeString = 'topic' AND PayloadBinary IS NOT NULL";

    private const string DeleteRows = "DELETE FROM OrleansStorage WHERE GrainTypeString IN ('topic', 'catalogue')";

    /// <summary>Takes everything over.</summary>
    /// <exception cref="DatabaseException">A topic is not readable.</exception>
    public async Task RunAsync()
    {
        IReadOnlyList<(string Name, StoredTopicState State)> topics = await ReadAsync();
        IReadOnlyList<NodeId> nodes = [identity.NodeId];
        foreach ((string name, StoredTopicState state) in topics)
        {
            ZNodeReply created = await store.CreateAsync(name, new TopicId(state.TopicId), [.. Enumerable.Repeat(nodes, state.PartitionCount)], state.Configs);
            if (!created.IsOk && created.Error != ZNodeError.NodeExists)
            {
                throw new DatabaseException($"Topic '{name}' could not be taken over from the database into the znode tree: {created.Message}");
            }
            if (state.IsBeingDeleted)
            {
                await store.BeginDeletionAsync(name);
            }
        }
        if (topics.Count > 0)
        {
            await DeleteRowsAsync();
            LogTaken(logger, topics.Count);
        }
    }

    private Task<IReadOnlyList<(string Name, StoredTopicState State)>> ReadAsync()
    {
        return database.RunAsync<IReadOnlyList<(string, StoredTopicState)>>(async connection =>
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = SelectTopics;
            await using DbDataReader reader = await command.ExecuteReaderAsync();
            List<(string, StoredTopicState)> topics = [];
            while (await reader.ReadAsync())
            {
                string name = reader.GetString(0);
                topics.Add((name, Parse(name, reader.GetFieldValue<byte[]>(1))));
            }
            return topics;
        });
    }

    private static StoredTopicState Parse(string name, byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, KafkaJson.Default.StoredTopicState) ?? throw new JsonException("It is null.");
        }
        catch (JsonException failure)
        {
            throw new DatabaseException($"Topic '{name}' cannot be read from the database: {failure.Message} Restore it from a backup.", failure);
        }
    }

    private Task<int> DeleteRowsAsync()
    {
        return database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = DeleteRows;
            return await command.ExecuteNonQueryAsync();
        });
    }

    [LoggerMessage(2211, LogLevel.Information, "{Count} topics were taken over from the database into the znode tree.")]
    private static partial void LogTaken(ILogger logger, int count);
}
