using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Cluster;

/// <summary>One process a node.</summary>
public sealed class NodeLockTests(PostgreSqlServer server) : IAsyncLifetime, ILogger<NodeLock>
{
    private const int Lost = 2901;
    private const int Retaken = 2902;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);

    private readonly PostgreSqlDatabase _source = new(server);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _logged = new();
    private Database _database = null!;
    private Database _other = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await _source.OpenAsync();
        _other = await _source.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _other.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Take_OfANodeThatIsTaken_IsRefused_UntilItIsGivenBack()
    {
        NodeLock first = await TakeAsync(_database, 1);

        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => TakeAsync(_other, 1));
        await first.DisposeAsync();
        await using NodeLock second = await TakeAsync(_other, 1);

        Assert.Contains("StreamCoord:NodeId", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OfAnotherNode_IsWelcome()
    {
        await using NodeLock first = await TakeAsync(_database, 1);
        await using NodeLock second = await TakeAsync(_other, 2);
    }

    [Fact]
    public async Task Lock_WhoseConnectionIsLost_IsTakenAgain()
    {
        await using NodeLock first = await TakeAsync(_database, 1);

        await _other.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", []);
            return await command.ExecuteNonQueryAsync();
        });
        await Logged(Lost).WaitAsync(TestContext.Current.CancellationToken);
        await Logged(Retaken).WaitAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DatabaseException>(() => TakeAsync(_other, 1));
    }

    [Fact]
    public async Task EarlierProcesses_OfTheNodeOnly_AreDeclaredDead()
    {
        await ExecuteAsync("INSERT INTO OrleansMembershipVersionTable (DeploymentId, Version) VALUES ('c', 7), ('d', 7)");
        await ExecuteAsync("""
            INSERT INTO OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
            SELECT cluster, '127.0.0.1', 1, generation, name, 'host', 3, 2, now(), now()
            FROM (VALUES ('c', 1, '1'), ('c', 2, '1'), ('c', 3, '11'), ('d', 1, '1')) AS members (cluster, generation, name)
            """);
        await using NodeLock node = await TakeAsync(_database, 1);

        await node.DeclareEarlierProcessesDeadAsync("c");
        await node.DeclareEarlierProcessesDeadAsync("c");

        Assert.Equal(2L, await ExecuteAsync("SELECT COUNT(*) FROM OrleansMembershipTable WHERE DeploymentId = 'c' AND SiloName = '1' AND Status = 6"));
        Assert.Equal(2L, await ExecuteAsync("SELECT COUNT(*) FROM OrleansMembershipTable WHERE Status = 3"));
        Assert.Equal(8, await ExecuteAsync("SELECT Version FROM OrleansMembershipVersionTable WHERE DeploymentId = 'c'"));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Source(eventId.Id).TrySetResult();

    private Task Logged(int eventId) => Source(eventId).Task;

    private TaskCompletionSource Source(int eventId) => _logged.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private Task<NodeLock> TakeAsync(Database database, int node) =>
        NodeLock.TakeAsync(database, new NodeId(node), new PeriodicTimer(TimeSpan.FromMilliseconds(20)), Wait, this);

    private Task<object?> ExecuteAsync(string statement) => _database.RunAsync(async connection =>
    {
        await using DbCommand command = connection.CreateCommand(statement, []);
        return await command.ExecuteScalarAsync();
    });
}
