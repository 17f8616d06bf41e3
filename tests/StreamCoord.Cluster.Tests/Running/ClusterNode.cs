using System.Diagnostics;
using System.Text;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>
/// One node of a cluster: its data directory, and the processes that run on it one after another. A process that ends by itself is started again, as a service manager does. Owns both; safe for concurrent use.
/// </summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private const int LastWords = 25;
    private static readonly TimeSpan SlowStop = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseAfterAFailedStart = TimeSpan.FromMilliseconds(500);

    private readonly SiloPlace _place;
    private readonly string[] _options;
    private readonly List<SiloProcess> _processes = [];
    private readonly List<string> _events = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _supervising;
    private volatile SiloProcess? _current;
    private volatile bool _isWanted;
    private volatile bool _serves;
    private int _eventsTaken;
    private volatile string? _kafka;
    private volatile string? _zooKeeper;
    private volatile string? _gateway;
    private LimitedDisk? _disk;

    public ClusterNode(int number, string dataDirectory, SiloPlace place, string[] options)
    {
        (Number, DataDirectory, _place, _options) = (number, dataDirectory, place, options);
        _supervising = Task.Run(SuperviseAsync);
    }

    public int Number { get; }

    public string DataDirectory { get; }

    /// <summary>The silo's assembly that its next process runs; null for this build's.</summary>
    public string? Build { get; set; }

    /// <summary>True while a process runs that has said that it serves; it may be paused.</summary>
    public bool Serves => _serves && _current is { HasExited: false };

    /// <summary>The way to its HTTP listener; null while none serves.</summary>
    public HttpClient? Http => Serves ? _current?.Http : null;

    /// <summary>Where its Kafka listener is, or was last.</summary>
    public string? Kafka => _kafka;

    /// <summary>Where its ZooKeeper listener is, or was last.</summary>
    public string? ZooKeeper => _zooKeeper;

    /// <summary>Where it takes Orleans clients, once it has served; the same ever after.</summary>
    public string? Gateway => _gateway;

    /// <summary>How often a process has ended that was not told to.</summary>
    public int UnwantedExits { get; private set; }

    /// <summary>Everything that its processes have said, and what was done to them.</summary>
    public string Log
    {
        get
        {
            lock (_processes)
            {
                var text = new StringBuilder();
                for (int i = 0; i < _processes.Count; i++)
                {
                    text.AppendLine(FormattableString.Invariant($"--- node {Number}, process {i + 1}, id {_processes[i].Id}")).Append(_processes[i].Output);
                }
                return text.AppendJoin('\n', _events).AppendLine().ToString();
            }
        }
    }

    /// <summary>What was done to it and came of it since this was asked last.</summary>
    public string TakeEvents()
    {
        lock (_processes)
        {
            string text = string.Join('\n', _events.Skip(_eventsTaken));
            _eventsTaken = _events.Count;
            return text;
        }
    }

    /// <summary>Has it run from now on. Returns at once.</summary>
    public void Start() => _isWanted = true;

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _isWanted = false;
        if (_current is { HasExited: false } silo)
        {
            // Also one that is just ending in order.
            Note("killed");
            await silo.KillAsync();
        }
        await EndAsync("killed", silo => silo.KillAsync());
    }

    /// <summary>SIGTERM; ends when the process has.</summary>
    public Task TerminateAsync() => EndAsync("terminated", async silo =>
    {
        long since = Stopwatch.GetTimestamp();
        int exitCode = await silo.StopAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(since);
        Note(FormattableString.Invariant($"exit code {exitCode} after {took.TotalMilliseconds:0} ms{(took > SlowStop ? $"; its last words:\n{silo.Output[Math.Max(0, silo.Output.IndexOf("Stopping: requests", StringComparison.Ordinal))..]}" : "")}"));
    });

    public void Pause()
    {
        Note("paused");
        _current?.Pause();
    }

    public void Resume()
    {
        Note("resumed");
        _current?.Resume();
    }

    /// <summary>Takes everything away that it has on its disk. It must not run.</summary>
    public void Wipe()
    {
        Note("wiped");
        Assert.True(!_isWanted && _current is null or { HasExited: true });
        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>The paths of the segment files that it has of a partition, in the order of their offsets.</summary>
    public string[] FindSegments(string topicId, int partition) =>
        [.. Directory.GetFiles(Path.Combine(DataDirectory, "logs", topicId, FormattableString.Invariant($"{partition}")), "*.log").Order(StringComparer.Ordinal)];

    /// <summary>Gives it an empty, small disk; null, and says so, where this process may not. It must not run.</summary>
    public async Task<LimitedDisk?> LimitDiskAsync()
    {
        Wipe();
        return _disk = await LimitedDisk.TryMountAsync(DataDirectory);
    }

    /// <summary>Takes the small disk away, and what is on it. It must not run.</summary>
    public async Task RemoveDiskAsync()
    {
        if (_disk is not null)
        {
            await _disk.DisposeAsync();
            _disk = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isWanted = false;
        await _stopping.CancelAsync();
        await _supervising;
        foreach (SiloProcess process in _processes)
        {
            if (!process.HasExited)
            {
                process.Resume();
            }
            await process.DisposeAsync();
        }
        await RemoveDiskAsync();
        _stopping.Dispose();
        _turn.Dispose();
    }

    private static string LastWordsOf(SiloProcess silo) => string.Join('\n', silo.Output.Split('\n').TakeLast(LastWords));

    private void Note(string what)
    {
        lock (_processes)
        {
            _events.Add(FormattableString.Invariant($"    {TimeProvider.System.GetUtcNow():HH:mm:ss.fff} node {Number}: {what}"));
        }
    }

    private async Task EndAsync(string how, Func<SiloProcess, Task> end)
    {
        _isWanted = false;
        await _turn.WaitAsync();
        try
        {
            if (_current is { HasExited: false } silo)
            {
                Note(how);
                await end(silo);
            }
            _current = null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SuperviseAsync()
    {
        using var timer = new PeriodicTimer(LookInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task LookAsync()
    {
        SiloProcess silo;
        await _turn.WaitAsync(_stopping.Token);
        try
        {
            if (!_isWanted || _current is { HasExited: false })
            {
                return;
            }
            if (_current is not null)
            {
                UnwantedExits++;
                Note($"ended by itself; its last words:\n{LastWordsOf(_current)}");
            }
            _serves = false;
            silo = Launch();
        }
        finally
        {
            _turn.Release();
        }
        await AwaitServingAsync(silo);
    }

    private SiloProcess Launch()
    {
        // Clients find it again where it was.
        string[] known = _kafka is null ? []
            : [$"--StreamCoord:Kafka:Endpoint={_kafka}", $"--StreamCoord:ZooKeeper:Endpoint={_zooKeeper}", $"--StreamCoord:Orleans:GatewayEndpoint={_gateway}"];
        var silo = SiloProcess.Launch(Build ?? SiloProcess.Assembly, _place, DataDirectory, [.. _options, .. known]);
        Note("started");
        lock (_processes)
        {
            _processes.Add(silo);
        }
        return _current = silo;
    }

    private async Task AwaitServingAsync(SiloProcess silo)
    {
        try
        {
            await silo.AwaitServingAsync(DataDirectory);
            (_gateway, _zooKeeper, _kafka) = (silo.Gateway, silo.ZooKeeper, silo.Kafka);
            _serves = _current == silo;
            Note("serves");
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException or IOException)
        {
            Note($"did not start: {failure.Message.Split('\n')[0]}");
            if (!silo.HasExited)
            {
                await silo.KillAsync();
            }
            await Task.Delay(PauseAfterAFailedStart, _stopping.Token);
        }
    }
}
