using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Testing.Databases;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A database of a build that kept topics in grain storage.</summary>
public abstract class TopicMigrationTests(IDatabaseSource source)
{
    private const string Orders = """{"format":1,"topic_id":"00112233-4455-6677-8899-aabbccddeeff","partition_count":3,"replication_factor":1,"configs":{"retention.ms":"60000"},"is_being_deleted":false}""";
    private const string Going = """{"format":1,"topic_id":"10112233-4455-6677-8899-aabbccddeeff","partition_count":1,"replication_factor":1,"configs":{},"is_being_deleted":true}""";

    [Fact]
    public async Task Topics_AreTakenOverOnce()
    {
        await using (Database database = await source.OpenAsync())
        {
            await InsertAsync(database, "orders", "topic", Orders);
            await InsertAsync(database, "going", "topic", Going);
            await InsertAsync(database, "7", "catalogue", """{"format":1,"names":["orders","going"]}""");
            await InsertAsync(database, "s", "other", "{}");
        }
        await using TopicSilo silo = await TopicSilo.StartAsync(source);
        await silo.RegisterAsync();

        for (int life = 0; life < 2; life++)
        {
            TopicDescription topic = (await silo.Topic("orders").Describe()).Topic!;
            Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), topic.TopicId.Value);
            Assert.Equal(3, topic.Partitions.Count);
            Assert.Equal([KeyValuePair.Create(TopicConfigs.RetentionMs, "60000")], topic.Configs);
            Assert.Equal("orders", Assert.Single(await TopicCatalogue.ListAsync(silo.Grains)).Name);
            Assert.Equal(1, await silo.CountAsync("OrleansStorage WHERE GrainTypeString IN ('topic', 'catalogue', 'other')"));
            await silo.RestartAsync();
        }
    }

    private static Task<int> InsertAsync(Database database, string key, string type, string json)
    {
        return database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = $"""
                INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
                VALUES (1, 0, 0, 1, '{type}', '{key}', 'streamcoord', @json, '2026-01-01 00:00:00', 1)
                """;
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("json", System.Text.Encoding.UTF8.GetBytes(json));
            command.Parameters.Add(parameter);
            return await command.ExecuteNonQueryAsync();
        });
    }
}

public sealed class SqliteTopicMigrationTests() : TopicMigrationTests(new SqliteFile());

public sealed class PostgreSqlTopicMigrationTests(PostgreSqlServer server) : TopicMigrationTests(new PostgreSqlDatabase(server));
