using System.Data.Common;
using Npgsql;

namespace StreamCoord.Grains.Storage;

/// <summary>
/// The database behind grain storage and the leadership table: an SQLite file of the silo's own, or a PostgreSQL server.
/// Owns its connections. Safe for concurrent use. A call that writes returns when the write is durable.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>A silo's connections to a server where the connection string does not say: several silos must fit into PostgreSQL's default of a hundred.</summary>
    private const int ConnectionsMax = 16;

    /// <summary>The driver's default, which several silos would exhaust a server with.</summary>
    private const int DriverConnectionsMax = 100;

    /// <summary>
    /// What the server is told of every connection: a silo that is cut off, or stands still, in the middle of a transaction keeps the rows that it has changed from the others for no longer than this, and one whose
    /// machine is gone its connections. Between two statements of a transaction a silo needs milliseconds. What the connection string says holds instead.
    /// </summary>
    private const string SessionOptions = "-c idle_in_transaction_session_timeout=3000 -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=11000";

    private readonly DatabaseThread? _thread;

    private Database(DbDataSource source, string orleansInvariant, DatabaseThread? thread)
    {
        Source = source;
        OrleansInvariant = orleansInvariant;
        _thread = thread;
    }

    /// <summary>Opens connections. Those of SQLite block: use <see cref="RunAsync{T}(Func{DbConnection, Task{T}})"/>.</summary>
    internal DbDataSource Source { get; }

    /// <summary>What Orleans calls the kind of database.</summary>
    internal string OrleansInvariant { get; }

    /// <summary>True when other silos may use it too.</summary>
    internal bool IsShared => _thread is null;

    /// <summary>True when the driver has only blocking calls.</summary>
    internal bool IsBlocking => _thread is not null;

    /// <summary>Opens, and creates where it is missing, the SQLite file, and brings its schema up to date.</summary>
    /// <param name="path">The file; its directory exists and belongs to this process alone.</param>
    /// <exception cref="DatabaseException">The file is damaged, cannot be opened, or was written by a newer build.</exception>
    public static async Task<Database> OpenEmbeddedAsync(string path)
    {
        var source = new SqliteSource(path);
        var database = new Database(source, "System.Data.SQLite", new DatabaseThread("sqlite"));
        return await OpenedAsync(database, $"the database file '{path}'", async connection =>
        {
            source.UseWriteAheadLog();
            await Schema.ApplyAsync(connection);
        });
    }

    /// <summary>Connects to a PostgreSQL server and checks that the scripts of <c>db/postgresql</c> are applied there.</summary>
    /// <exception cref="DatabaseException">It cannot be reached, a script is missing, or a newer build's script was applied.</exception>
    public static async Task<Database> OpenServerAsync(string connectionString)
    {
        NpgsqlDataSource source;
        try
        {
            source = NpgsqlDataSource.Create(Complete(connectionString));
        }
        catch (ArgumentException failure)
        {
            throw new DatabaseException($"The connection string is not one of PostgreSQL: {failure.Message}", failure);
        }
        return await OpenedAsync(new Database(source, "Npgsql", null), "the PostgreSQL database", Schema.CheckAsync);
    }

    /// <summary>A connection string with what it leaves open.</summary>
    /// <exception cref="ArgumentException">It is none of PostgreSQL.</exception>
    internal static NpgsqlConnectionStringBuilder Complete(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (builder.MaxPoolSize == DriverConnectionsMax)
        {
            builder.MaxPoolSize = ConnectionsMax;
        }
        if (builder.GssEncryptionMode == GssEncryptionMode.Prefer)
        {
            // The driver's default asks the resolver for the server's name with each connection. Where it does not answer that takes ten seconds, and as long no partition is taken over.
            builder.GssEncryptionMode = GssEncryptionMode.Disable;
        }
        builder.Options = $"{SessionOptions} {builder.Options}".TrimEnd();
        return builder;
    }

    /// <summary>Runs <paramref name="work"/> with a connection of its own, which is closed afterwards.</summary>
    public Task<T> RunAsync<T>(Func<DbConnection, Task<T>> work)
    {
        return RunAsync(async () =>
        {
            await using DbConnection connection = await Source.OpenConnectionAsync();
            return await work(connection);
        });
    }

    /// <summary>Runs <paramref name="work"/> in a transaction, which is rolled back when it throws. Nothing is done a second time.</summary>
    internal Task<T> RunInTransactionAsync<T>(Func<DbConnection, Task<T>> work)
    {
        return RunAsync(async connection =>
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            T result = await work(connection);
            await transaction.CommitAsync();
            return result;
        });
    }

    /// <summary>Runs <paramref name="work"/>, which may make the driver's blocking calls.</summary>
    internal Task<T> RunAsync<T>(Func<Task<T>> work) => _thread is null ? work() : _thread.RunAsync(work);

    /// <summary>Waits for the work that is queued and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _thread?.Dispose();
        await Source.DisposeAsync();
    }

    private static async Task<Database> OpenedAsync(Database database, string what, Func<DbConnection, Task> prepare)
    {
        try
        {
            await database.RunAsync(async connection =>
            {
                await prepare(connection);
                return true;
            });
            return database;
        }
        catch (Exception failure)
        {
            await database.DisposeAsync();
            if (failure is DbException or TimeoutException)
            {
                throw new DatabaseException($"Cannot use {what}: {failure.Message}", failure);
            }
            throw;
        }
    }
}
