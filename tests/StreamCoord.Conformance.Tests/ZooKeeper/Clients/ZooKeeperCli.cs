using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>
/// The Java client's command line, as Debian packs it. Reads commands line by line; what it writes belongs to a command up to the answer to another that nobody else asks. Owns its
/// process. Not safe for concurrent use.
/// </summary>
internal sealed partial class ZooKeeperCli : IAsyncDisposable
{
    private const string ClassPath = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar:/usr/share/java/commons-cli.jar";
    private const string Watcher = "WATCHER::";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private int _marks;

    /// <summary>Starts it.</summary>
    /// <param name="address">Where the service is.</param>
    /// <param name="loginPath">The file of the client's logins (JAAS); null for none.</param>
    public ZooKeeperCli(string address, string? loginPath = null)
    {
        string[] login = loginPath is null ? [] : [$"-Djava.security.auth.login.config={loginPath}"];
        // Errors go to standard error; in one stream with the rest they have a place.
        string[] command =
        [
            "-c", "exec \"$@\" 2>&1", "sh", "java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", .. login, "-cp", ClassPath, "org.apache.zookeeper.ZooKeeperMain",
            "-timeout", "15000", "-server", address,
        ];
        _process = Process.Start(new ProcessStartInfo("sh", command) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>What watches were told so far.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Waits until it is connected.</summary>
    public async Task BeginAsync()
    {
        await WaitForEventsAsync(1);
        await RunAsync("printwatches on");
    }

    /// <summary>Runs a command; returns what it wrote, without what differs from one server to the next.</summary>
    public async Task<string[]> RunAsync(string command)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"/mark-{++_marks}");
        await _process.StandardInput.WriteLineAsync($"{command}\nstat {mark}");
        await _process.StandardInput.FlushAsync();
        string end = $"Node does not exist: {mark}";
        List<string> lines = [];
        while (await ReadLineBehindAsync(command, lines) is { } line)
        {
            bool isEnd = line.EndsWith(end, StringComparison.Ordinal); // Some commands leave their last line open.
            string said = isEnd ? line[..^end.Length] : line;
            if (said != "")
            {
                lines.Add(Zxid().Replace(Time().Replace(Session().Replace(said, "session"), "$1 = time"), "$1 = zxid"));
            }
            if (isEnd)
            {
                break;
            }
        }
        return [.. lines];
    }

    /// <summary>Runs a command behind which nobody can be asked, or not at once: it ends with the session's own event, which comes last of all.</summary>
    public async Task RunUntilEventAsync(string command)
    {
        int before = Events.Count(IsOfSession);
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        while (Events.Count(IsOfSession) == before)
        {
            await WaitForEventsAsync(Events.Count + 1);
        }

        static bool IsOfSession(string line) => line.Contains("type:None", StringComparison.Ordinal);
    }

    /// <summary>Waits until watches were told so much.</summary>
    public async Task WaitForEventsAsync(int count)
    {
        while (Events.Count < count)
        {
            Assert.NotNull(await ReadLineAsync(untilEvent: true));
        }
    }

    /// <summary>Ends it as its user does; returns the exit code.</summary>
    public async Task<int> QuitAsync()
    {
        await _process.StandardInput.WriteLineAsync("ls /zookeeper\nquit"); // Its exit code is that of the command before.
        await _process.StandardInput.FlushAsync();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is not null)
        {
            // What it says at its end.
        }
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private async Task<string?> ReadLineBehindAsync(string command, List<string> lines)
    {
        try
        {
            return await ReadLineAsync();
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{command}' does not come to its end; it has written:\n{string.Join('\n', lines)}");
        }
    }

    /// <summary>The next line that is no part of an event; with <paramref name="untilEvent"/> the next of any kind. Null at the end.</summary>
    private async Task<string?> ReadLineAsync(bool untilEvent = false)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line.StartsWith("WatchedEvent ", StringComparison.Ordinal))
            {
                Events.Add(line);
            }
            else if (line is not ("" or Watcher))
            {
                return line;
            }
            if (untilEvent)
            {
                return line;
            }
        }
        return null;
    }

    [GeneratedRegex("0x[0-9a-f]{9,}")]
    private static partial Regex Session();

    [GeneratedRegex("^([cm]time) = .*")]
    private static partial Regex Time();

    [GeneratedRegex("^([cmp]Zxid) = .*")]
    private static partial Regex Zxid();
}
