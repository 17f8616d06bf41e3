using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace StreamCoord.Grains.Storage;

/// <summary>
/// Opens connections to one SQLite file with crash-safe settings: a write-ahead log, and a flush before a commit returns, so
/// that a committed transaction survives a kill and a loss of power. Safe for concurrent use; the connections are not.
/// </summary>
internal sealed class SqliteSource : DbDataSource
{
    /// <summary>How long a statement waits for another process, such as a backup, that holds the file.</summary>
    private const int BusyTimeoutMs = 5_000;

    private static readonly string ConnectionPragmas = $"PRAGMA busy_timeout = {BusyTimeoutMs}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

    public SqliteSource(string path) => ConnectionString = new SqliteConnectionStringBuilder { DataSource = path }.ToString();

    public override string ConnectionString { get; }

    /// <summary>Puts the file into write-ahead mode, which it then keeps.</summary>
    public void UseWriteAheadLog()
    {
        using DbConnection connection = OpenDbConnection();
        using DbCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL;";
        if (command.ExecuteScalar() is not "wal")
        {
            throw new DatabaseException(
                $"The database '{connection.DataSource}' cannot use a write-ahead log. Put the data directory on a local file system.");
        }
    }

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = ConnectionPragmas;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) => new(OpenDbConnection());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseIdleConnections();
        }
        base.Dispose(disposing);
    }

    protected override ValueTask DisposeAsyncCore()
    {
        CloseIdleConnections();
        return base.DisposeAsyncCore();
    }

    private void CloseIdleConnections()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }
}
