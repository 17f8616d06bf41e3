using Microsoft.Data.Sqlite;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Storage;

public sealed class SchemaTests(PostgreSqlServer server)
{
    [Fact]
    public async Task EmbeddedDatabase_OpenedAgain_KeepsItsVersion()
    {
        await using var file = new SqliteFile();
        await (await file.OpenAsync()).DisposeAsync();
        await using Database again = await file.OpenAsync();

        long version = await again.RunAsync(connection => ScalarAsync(connection, "SELECT MAX(version) FROM schema_version"));

        Assert.Equal(SchemaScript.All("sqlite").Count, version);
    }

    [Theory]
    [InlineData("PRAGMA synchronous", 2L)]
    [InlineData("PRAGMA foreign_keys", 1L)]
    [InlineData("PRAGMA busy_timeout", 5_000L)]
    [InlineData("SELECT COUNT(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'", 1L)]
    public async Task EmbeddedDatabase_EveryConnection_HasCrashSafeSettings(string query, long expected)
    {
        await using var file = new SqliteFile();
        await using Database database = await file.OpenAsync();

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(expected, await database.RunAsync(connection => ScalarAsync(connection, query)));
        }
    }

    [Fact]
    public async Task EmbeddedDatabase_OfANewerBuild_IsRefused()
    {
        await using var file = new SqliteFile();
        await using (Database database = await file.OpenAsync())
        {
            await database.RunAsync(connection => ScalarAsync(connection, "INSERT INTO schema_version VALUES (99, 'future') RETURNING version"));
        }

        var refusal = await Assert.ThrowsAsync<DatabaseException>(file.OpenAsync);

        Assert.Contains("schema version 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbeddedDatabase_ThatIsNoDatabase_IsRefused()
    {
        await using var file = new SqliteFile();
        await File.WriteAllTextAsync(file.FilePath, new string('x', 5_000), TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<DatabaseException>(file.OpenAsync);

        Assert.Contains(file.FilePath, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbeddedDatabase_ScriptThatFails_LeavesNothingOfItself()
    {
        await using var file = new SqliteFile();
        await using (var connection = new SqliteConnection($"Data Source={file.FilePath};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await ScalarAsync(connection, "CREATE TABLE OrleansStorage (other INTEGER); SELECT 0");
        }

        await Assert.ThrowsAsync<DatabaseException>(file.OpenAsync);

        await using var check = new SqliteConnection($"Data Source={file.FilePath};Pooling=False");
        await check.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1L, await ScalarAsync(check, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"));
    }

    [Theory]
    [InlineData(0, "0001_grain_storage.sql")]
    [InlineData(1, "0002_partition_leadership.sql")]
    [InlineData(2, "0003_data_directory.sql")]
    [InlineData(3, "0004_in_sync_members.sql")]
    [InlineData(4, "0005_membership.sql")]
    public async Task ServerDatabase_WithoutAScript_IsRefusedByTheScriptsName(int applied, string missing)
    {
        string connectionString = await server.CreateDatabaseAsync(PostgreSqlDatabase.ScriptsUpTo(applied));

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => Database.OpenServerAsync(connectionString));

        Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerDatabase_OfANewerBuild_IsRefused()
    {
        string connectionString = await server.CreateDatabaseAsync(PostgreSqlDatabase.ScriptsUpTo(int.MaxValue));
        await PostgreSqlServer.ExecuteAsync(connectionString, "INSERT INTO schema_version VALUES (99, 'future')");

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => Database.OpenServerAsync(connectionString));

        Assert.Contains("schema version 99", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=/nowhere;Username=nobody;Timeout=1")]
    [InlineData("no connection string")]
    public async Task ServerDatabase_ThatCannotBeReached_IsRefused(string connectionString) =>
        await Assert.ThrowsAsync<DatabaseException>(() => Database.OpenServerAsync(connectionString));

    private static async Task<long> ScalarAsync(DbConnection connection, string statement)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = statement;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
