namespace StreamCoord.Grains.Tests.Storage;

public sealed class PostgreSqlDatabase(PostgreSqlServer server) : IDatabaseSource
{
    private readonly Lazy<Task<string>> _connectionString = new(() => server.CreateDatabaseAsync(int.MaxValue));

    public async Task<Database> OpenAsync() => await Database.OpenServerAsync(await _connectionString.Value);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
