using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using StreamCoord.Grains.Storage;

namespace StreamCoord.Grains.Cluster;

/// <summary>
/// Keeps the number of a node to one process, by a lock of a PostgreSQL session that the server lifts when the process or its connection ends, however it ends: that of a machine that is gone, and closed nothing, within
/// eleven seconds. Owns a connection. When that is lost the silo goes on, and the lock is taken again. Used by one caller at a time.
/// </summary>
public sealed partial class NodeLock : IAsyncDisposable
{
    /// <summary>How long a start waits for a process that is about to end.</summary>
    internal static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(5);

    /// <summary>How often the connection is looked at.</summary>
    internal static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    /// <summary>The first half of the lock's key, which tells it from the locks of others in the same database; the second one is the node.</summary>
    private const int LockClass = 0x5374436F;

    private const int DeadStatus = 6;

    private const string RaiseTableVersion = """
        UPDATE OrleansMembershipVersionTable SET Timestamp = now(), Version = Version + 1
        WHERE DeploymentId = @cluster
            AND EXISTS (SELECT 1 FROM OrleansMembershipTable WHERE DeploymentId = @cluster AND SiloName = @name AND Status <> @dead)
        """;

    private const string DeclareDead = "UPDATE OrleansMembershipTable SET Status = @dead WHERE DeploymentId = @cluster AND SiloName = @name AND Status <> @dead";

    private readonly Database _database;
    private readonly NodeId _node;
    private readonly TimeSpan _wait;
    private readonly ILogger<NodeLock> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly PeriodicTimer _timer;
    private readonly Task _watching;
    private DbConnection? _connection;

    private NodeLock(Database database, NodeId node, DbConnection connection, PeriodicTimer timer, TimeSpan wait, ILogger<NodeLock> logger)
    {
        _database = database;
        _node = node;
        _connection = connection;
        _timer = timer;
        _wait = wait;
        _logger = logger;
        _watching = WatchAsync();
    }

    /// <summary>Takes the lock of a node.</summary>
    /// <exception cref="DatabaseException">Another process has it, or the database failed.</exception>
    public static Task<NodeLock> TakeAsync(Database database, NodeId node, TimeProvider time, ILogger<NodeLock> logger) =>
        TakeAsync(database, node, new PeriodicTimer(DefaultInterval, time), DefaultWait, logger);

    /// <summary>
    /// Declares dead what the table of members still has of processes of this node: there are none, for this one has the lock. Without that the silos would probe a killed one until they had voted, and a joiner would
    /// wait for its answer.
    /// </summary>
    public Task DeclareEarlierProcessesDeadAsync(string clusterId) => _database.RunInTransactionAsync(async connection =>
    {
        (string, object)[] parameters = [("cluster", clusterId), ("name", _node.ToString()), ("dead", DeadStatus)];
        await using DbCommand raise = connection.CreateCommand(RaiseTableVersion, parameters);
        if (await raise.ExecuteNonQueryAsync() == 0)
        {
            return 0;
        }
        await using DbCommand declare = connection.CreateCommand(DeclareDead, parameters);
        return await declare.ExecuteNonQueryAsync();
    });

    /// <summary>Gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _timer.Dispose();
        _stop.Dispose();
        if (_connection is null)
        {
            return;
        }
        try
        {
            // The connection goes back to a pool, and would keep the lock there.
            await ExecuteAsync(_connection, "SELECT pg_advisory_unlock(@class, @node)", CancellationToken.None, ("class", LockClass), ("node", _node.Value));
        }
        catch (Exception failure) when (IsOfTheDatabase(failure))
        {
            LogNotGivenBack(failure, _node);
        }
        await _connection.DisposeAsync();
    }

    internal static async Task<NodeLock> TakeAsync(Database database, NodeId node, PeriodicTimer timer, TimeSpan wait, ILogger<NodeLock> logger)
    {
        DbConnection? connection;
        try
        {
            connection = await TryTakeAsync(database, node, wait, CancellationToken.None);
        }
        catch (DbException failure)
        {
            throw new DatabaseException($"The lock of node {node} cannot be taken in the PostgreSQL database: {failure.Message}", failure);
        }
        return connection is null
            ? throw new DatabaseException(
                $"Another process is node {node} of this cluster: it holds the node's lock in the PostgreSQL database. Stop that process, or give this silo another StreamCoord:NodeId.")
            : new NodeLock(database, node, connection, timer, wait, logger);
    }

    /// <summary>A connection that has the lock, or null when another one keeps it.</summary>
    private static async Task<DbConnection?> TryTakeAsync(Database database, NodeId node, TimeSpan wait, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, "SELECT set_config('lock_timeout', @wait, false)", cancellationToken, ("wait", $"{wait.TotalMilliseconds:0}"));
            await ExecuteAsync(connection, "SELECT pg_advisory_lock(@class, @node)", cancellationToken, ("class", LockClass), ("node", node.Value));
            return connection;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.DisposeAsync();
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string statement, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        await using DbCommand command = connection.CreateCommand(statement, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsOfTheDatabase(Exception failure) => failure is DbException or InvalidOperationException or TimeoutException;

    private async Task WatchAsync()
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(_stop.Token))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task LookAsync()
    {
        try
        {
            if (_connection is { } held)
            {
                await ExecuteAsync(held, "SELECT 1", _stop.Token);
                return;
            }
            _connection = await TryTakeAsync(_database, _node, _wait, _stop.Token);
            if (_connection is not null)
            {
                LogRetaken(_node);
            }
        }
        catch (Exception failure) when (IsOfTheDatabase(failure))
        {
            await LoseAsync(failure);
        }
    }

    private async Task LoseAsync(Exception failure)
    {
        if (_connection is { } lost)
        {
            _connection = null;
            LogLost(failure, _node);
            await lost.DisposeAsync();
        }
    }

    [LoggerMessage(2901, LogLevel.Warning, "The database connection that keeps the number of node {Node} to this process is lost; it is made again.")]
    private partial void LogLost(Exception failure, NodeId node);

    [LoggerMessage(2902, LogLevel.Information, "The number of node {Node} is kept to this process again.")]
    private partial void LogRetaken(NodeId node);

    [LoggerMessage(2903, LogLevel.Warning, "The lock of node {Node} could not be given back; the server lifts it when the connection ends.")]
    private partial void LogNotGivenBack(Exception failure, NodeId node);
}
