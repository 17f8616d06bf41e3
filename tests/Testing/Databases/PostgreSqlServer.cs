using System.Globalization;
using Npgsql;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Testing.Databases;

/// <summary>
/// A PostgreSQL server of this test run's own, in a directory of its own, reachable through a Unix socket, and by TCP where a test asks for that. Started by the
/// first test that asks for a database; it fails where PostgreSQL is not installed.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>Who may come by TCP: the networks that tests make.</summary>
    private const string PrivateAddresses = "10.0.0.0/8";

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task> _start;
    private int _databaseCount;
    private string _listenAddress = "";

    public PostgreSqlServer() => _start = new Lazy<Task>(StartAsync);

    private string Data => _directory.Combine("data");

    private string ProcessIdFile => Path.Combine(Data, "postmaster.pid");

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

    /// <summary>Lets it be reached at an address that is of no use to others, too; by nobody any more where that is empty. A server that runs is started again for it.</summary>
    public async Task ListenAtAsync(string address)
    {
        _listenAddress = address;
        if (_start.IsValueCreated)
        {
            await StopAsync();
            await StartAgainAsync();
        }
    }

    /// <summary>Stops the server as a machine that is switched off does: its connections end without a word. What was committed stays.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", "stop", "--wait", "--pgdata", Data, "--mode", "immediate");

    /// <summary>Starts the server that <see cref="StopAsync"/> has stopped.</summary>
    public Task StartAgainAsync() => RunAsync(
        "pg_ctl", "start", "--wait", "--pgdata", Data, "--log", _directory.Combine("log"),
        "--options", $"-c listen_addresses='{_listenAddress}' -c unix_socket_directories={_directory.Path} -c fsync=off -c max_connections=200");

    /// <summary>SIGSTOP for the server and everything that works for it: connections stay, and nothing is answered.</summary>
    public void Pause()
    {
        int server = ReadProcessId();
        ProcessSignals.Pause(server);
        ForEachWorker(server, ProcessSignals.Pause);
    }

    /// <summary>SIGCONT for what <see cref="Pause"/> has stopped.</summary>
    public void Resume()
    {
        int server = ReadProcessId();
        ForEachWorker(server, ProcessSignals.Resume);
        ProcessSignals.Resume(server);
    }

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
        if (_start.IsValueCreated && File.Exists(ProcessIdFile))
        {
            await StopAsync();
        }
        _directory.Dispose();
    }

    private async Task StartAsync()
    {
        // The server refuses to run as root; then it runs as the user that its package made.
        if (Environment.IsPrivilegedProcess)
        {
            await SystemTool.RunAsync("chown", "postgres", _directory.Path);
        }
        await RunAsync(
            "initdb", "--pgdata", Data, "--username", "streamcoord", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C");
        await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), $"host all all {PrivateAddresses} trust\n");
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

    private static Task RunAsync(string tool, params string[] arguments) =>
        Environment.IsPrivilegedProcess ? SystemTool.RunAsync("runuser", ["-u", "postgres", "--", Tool(tool), .. arguments]) : SystemTool.RunAsync(Tool(tool), arguments);

    private static void ForEachWorker(int server, Action<int> act)
    {
        foreach (string child in File.ReadAllText($"/proc/{server}/task/{server}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            act(int.Parse(child, CultureInfo.InvariantCulture));
        }
    }

    // The first line of the server's own file.
    private int ReadProcessId() => int.Parse(File.ReadLines(ProcessIdFile).First(), CultureInfo.InvariantCulture);
}
