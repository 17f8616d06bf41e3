using Npgsql;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Storage;

/// <summary>What the server knows of a silo's connections.</summary>
public sealed class PostgreSqlSessionTests(PostgreSqlServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ATransactionThatStandsStill_KeepsItsRowsFromNobodyForLong()
    {
        await using var source = new PostgreSqlDatabase(server);
        await using Database cutOff = await source.OpenAsync();
        await using Database other = await source.OpenAsync();
        await ExecuteAsync(other, "CREATE TABLE rows (value int)");
        await ExecuteAsync(other, "INSERT INTO rows VALUES (0)");

        // Its silo is never heard of again.
        await using DbConnection connection = await cutOff.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using DbCommand change = connection.CreateCommand("UPDATE rows SET value = 1", []);
        await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await ExecuteAsync(other, "UPDATE rows SET value = 2").WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task OptionsOfTheConnectionString_HoldBeforeOurs()
    {
        string connectionString = $"{await server.CreateDatabaseAsync(PostgreSqlDatabase.ScriptsUpTo(int.MaxValue))};Options=-c idle_in_transaction_session_timeout=7000";
        await using Database database = await Database.OpenServerAsync(connectionString);

        object? value = await database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand("SHOW idle_in_transaction_session_timeout", []);
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        });

        Assert.Equal("7s", value);
    }

    [Theory]
    [InlineData("", GssEncryptionMode.Disable)]
    [InlineData(";GSS Encryption Mode=Require", GssEncryptionMode.Require)]
    public void NobodyIsAskedForTheServersName_UnlessTheConnectionStringWantsKerberos(string added, GssEncryptionMode expected) =>
        Assert.Equal(expected, Database.Complete($"Host=10.0.0.1;Username=streamcoord{added}").GssEncryptionMode);

    private static Task<int> ExecuteAsync(Database database, string statement) => database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand(statement, []);
        return await command.ExecuteNonQueryAsync();
    });
}
