using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamCoord.Testing.Processes;

/// <summary>
/// A silo as its users run it: a process of its own, on free ports of the loopback address or of another place, with a data directory that
/// outlives it. Owns the process and ends it, by its id, when disposed.
/// </summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(60);

    private static readonly string[] ListenerKeys = ["Http:Endpoint", "Kafka:Endpoint", "ZooKeeper:Endpoint", "Orleans:SiloEndpoint", "Orleans:GatewayEndpoint"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private SiloProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException("The silo's process did not start.");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    /// <summary>The assembly that is run: by default the silo's own build of the configuration of the tests, which starts faster than the copies beside the tests do, for in Release it is compiled to machine code.</summary>
    public static string Assembly { get; set; } = RepositoryFiles.PathOf(Path.Combine(["src", "StreamCoord.Silo", .. AppContext.BaseDirectory.TrimEnd('/').Split('/')[^3..], "StreamCoord.Silo.dll"]));

    /// <summary>Talks to the silo's HTTP listener. Set once it serves.</summary>
    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Where its Kafka listener is, as host:port. Set once it serves.</summary>
    public string Kafka { get; private set; } = "";

    /// <summary>Where it takes Orleans clients, as address:port. Set once it serves.</summary>
    public string Gateway { get; private set; } = "";

    /// <summary>Where its ZooKeeper listener is, as host:port. Set once it serves.</summary>
    public string ZooKeeper { get; private set; } = "";

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Everything it wrote to standard output and standard error so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a silo and waits until it serves. Fails with its output when it ends before.</summary>
    /// <param name="dataDirectory">Its data directory.</param>
    /// <param name="options">Further options, such as <c>--StreamCoord:NodeId=2</c>.</param>
    public static async Task<SiloProcess> StartAsync(string dataDirectory, params string[] options)
    {
        SiloProcess silo = Launch(dataDirectory, options);
        await silo.AwaitServingAsync(dataDirectory);
        return silo;
    }

    /// <summary>Waits until a launched silo serves. Fails with its output when it ends before.</summary>
    /// <param name="dataDirectory">Its data directory, where it says how it is reached.</param>
    public async Task AwaitServingAsync(string dataDirectory)
    {
        Task first = await Task.WhenAny(_serves.Task, _process.WaitForExitAsync()).WaitAsync(StartLimit);
        if (first != _serves.Task)
        {
            await _reading;
            throw new InvalidOperationException($"The silo ended with code {_process.ExitCode}: {Output}");
        }
        string endpoints = await File.ReadAllTextAsync(Path.Combine(dataDirectory, "endpoints.json"));
        using JsonDocument document = JsonDocument.Parse(endpoints);
        Kafka = document.RootElement.GetProperty("kafka").GetString()!;
        ZooKeeper = document.RootElement.GetProperty("zookeeper").GetString()!;
        Gateway = document.RootElement.GetProperty("gateway").GetString()!;
        Http.BaseAddress = new Uri($"http://{document.RootElement.GetProperty("http").GetString()}");
    }

    /// <summary>Starts a silo that is expected to refuse; returns its exit code and output.</summary>
    public static async Task<(int ExitCode, string Output)> RunToExitAsync(string dataDirectory, params string[] options)
    {
        await using SiloProcess silo = Launch(dataDirectory, options);
        await silo._process.WaitForExitAsync().WaitAsync(ExitLimit);
        await silo._reading;
        return (silo._process.ExitCode, silo.Output);
    }

    /// <summary>True when it has ended, however.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>SIGSTOP: it stands still and keeps its connections, as a machine does that is paused.</summary>
    public void Pause() => ProcessSignals.Pause(_process.Id);

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Resume() => ProcessSignals.Resume(_process.Id);

    /// <summary>kill -9: no handler runs, nothing is closed.</summary>
    public async Task KillAsync()
    {
        ProcessSignals.Kill(_process.Id);
        await _process.WaitForExitAsync().WaitAsync(ExitLimit);
    }

    /// <summary>SIGTERM, as an operator or a service manager sends it; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        ProcessSignals.Terminate(_process.Id);
        await _process.WaitForExitAsync().WaitAsync(ExitLimit);
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>How much memory it has now, in kilobytes.</summary>
    public async Task<long> ResidentKilobytesAsync()
    {
        string[] lines = await File.ReadAllLinesAsync($"/proc/{Id}/status");
        return long.Parse(lines.Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        Http.Dispose();
        _process.Dispose();
    }

    /// <summary>Starts a silo and waits for nothing.</summary>
    public static SiloProcess Launch(string dataDirectory, params string[] options) => Launch(SiloPlace.Loopback, dataDirectory, options);

    /// <summary>Starts a silo at a place and waits for nothing.</summary>
    public static SiloProcess Launch(SiloPlace place, string dataDirectory, params string[] options) => Launch(Assembly, place, dataDirectory, options);

    /// <summary>Starts a silo of a build at a place and waits for nothing.</summary>
    public static SiloProcess Launch(string assembly, SiloPlace place, string dataDirectory, params string[] options)
    {
        string[] command =
        [
            .. place.Command, "dotnet", assembly, $"--StreamCoord:DataDirectory={dataDirectory}",
            .. ListenerKeys.Select(key => $"--StreamCoord:{key}={place.Address}:0"), .. options,
        ];
        return new SiloProcess(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        });
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
            if (line.Contains(" serves kafka on ", StringComparison.Ordinal))
            {
                _serves.TrySetResult();
            }
        }
    }
}
