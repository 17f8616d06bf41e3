using System.Diagnostics;
using Npgsql;

namespace StreamCoord.Testing.Databases;

/// <summary>
/// A PostgreSQL server of this test run's own, in a directory of its own, reachable through a Unix socket only. Started by the
/// first test that asks for a database; it fails where PostgreSQL is not installed.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task> _start;
    private int _databaseCount;

    public PostgreSqlServer() => _start = new Lazy<Task>(StartAsync);

    private string Data => _directory.Combine("data");

    /// <summary>The connection string of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _start.Value;
        string name = $"test{Interlocked.Increment(ref _databaseCount)}";
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>The connection string of a new database in which scripts have been applied, in their order.</summary>
    public async Task<string> CreateDatabaseAsync(IEnumerable<string> scripts)
    {
        string connectionString = await CreateDatabaseAsync();
        foreach (string script in scripts)
        {
            await ExecuteAsync(connectionString, script);
        }
        return connectionString;
    }

    /// <summary>Stops the server as a machine that is switched off does: its connections end without a word. What was committed stays.</summary>
    public Task StopAsync() => RunCheckedAsync(Tool("pg_ctl"), "stop", "--wait", "--pgdata", Data, "--mode", "immediate");

    /// <summary>Starts the server that <see cref="StopAsync"/> has stopped.</summary>
    public Task StartAgainAsync() => RunCheckedAsync(
        Tool("pg_ctl"), "start", "--wait", "--pgdata", Data, "--log", _directory.Combine("log"),
        "--options", $"-c listen_addresses='' -c unix_socket_directories={_directory.Path} -c fsync=off -c max_connections=200");

    /// <summary>The same database for a silo in a process of its own, which keeps its connections open as it does everywhere; tests themselves do not, so that a database is left when they are done with it.</summary>
    public static string Pooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true }.ToString();

    /// <summary>Executes statements.</summary>
    public static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_start.IsValueCreated)
        {
            await RunAsync("pg_ctl", "stop", "--pgdata", Data, "--mode", "immediate");
        }
        _directory.Dispose();
    }

    private async Task StartAsync()
    {
        // The server refuses to run as root; then it runs as the user that its package made.
        if (Environment.IsPrivilegedProcess)
        {
            await RunCheckedAsync("chown", "postgres", _directory.Path);
        }
        await RunCheckedAsync(
            Tool("initdb"), "--pgdata", Data, "--username", "streamcoord", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C");
        await StartAgainAsync();
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _directory.Path, Username = "streamcoord", Database = database, Pooling = false }.ToString();

    private static string Tool(string name)
    {
        string? path = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", name)).LastOrDefault(File.Exists)
            : null;
        return path ?? throw new InvalidOperationException($"PostgreSQL's {name} is not installed; tests/run.sh installs it.");
    }

    private static Task<int> RunAsync(string tool, params string[] arguments) => RunProcessAsync(Tool(tool), arguments, TextWriter.Null);

    private static async Task RunCheckedAsync(string path, params string[] arguments)
    {
        var output = new StringWriter();
        int exitCode = await RunProcessAsync(path, arguments, output);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"{path} ended with {exitCode}: {output}");
        }
    }

    private static async Task<int> RunProcessAsync(string path, string[] arguments, TextWriter output)
    {
        bool asPostgres = Environment.IsPrivilegedProcess && path != "chown";
        var start = new ProcessStartInfo(asPostgres ? "runuser" : path, asPostgres ? ["-u", "postgres", "--", path, .. arguments] : arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        using Process process = Process.Start(start)!;
        // What the server itself prints goes to its log file; a pipe that it inherits would never end.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            await output.WriteAsync(await process.StandardError.ReadToEndAsync());
        }
        return process.ExitCode;
    }
}
