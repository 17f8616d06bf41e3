using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.TestingHost;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Testing.Disk;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>A silo in this process with the real tree on real partitions, over a simulated disk that outlives it.</summary>
internal sealed class TreeSilo : IAsyncDisposable
{
    private readonly SqliteFile _source = new();
    private readonly TreeSiloOptions _options;
    private InProcessTestCluster? _cluster;
    private Database? _database;

    private TreeSilo(TreeSiloOptions options) => _options = options;

    public SimulatedDisk Disk { get; private set; } = new();

    public IServiceProvider Services => _cluster!.GetSiloServiceProvider();

    public ICoordination Tree => Services.GetRequiredService<ICoordination>();

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IZNodeTreeGrain Sequencer => Grains.GetGrain<IZNodeTreeGrain>(NodeKey.Of(new NodeId(1), IZNodeTreeGrain.TreeName));

    public IPartitionGrain Log => Grains.GetGrain<IPartitionGrain>(new TopicPartition(IZNodeTreeGrain.TreeName, 0).ToString());

    public static async Task<TreeSilo> StartAsync(TreeSiloOptions? options = null)
    {
        var silo = new TreeSilo(options ?? new TreeSiloOptions());
        await silo.StartAsync();
        await silo.Tree.ReadyAsync(TestContext.Current.CancellationToken);
        return silo;
    }

    /// <summary>Ends the silo as an operator does and starts the next one on what it left.</summary>
    public async Task RestartAsync(Action<SimulatedDisk>? between = null)
    {
        await StopAsync();
        between?.Invoke(Disk);
        await StartAsync();
        await Tree.ReadyAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Kills the silo at this point, as a power failure does: of what was not flushed only a part that <paramref name="random"/> chooses survives. Whoever waits for an answer gets none, or hears that
    /// the outcome is not known.
    /// </summary>
    public async Task CrashAsync(Random random, Action<SimulatedDisk>? between = null)
    {
        SimulatedDisk dying = Disk;
        dying.ChangesLeft = 0;
        Disk = dying.Crash(random);
        await StopAsync();
        between?.Invoke(Disk);
        await StartAsync();
        await Tree.ReadyAsync(TestContext.Current.CancellationToken);
    }

    public Task<ZNodeReply> RunAsync(ZNodeOperation operation, ZNodeCaller? caller = null) => Tree.RequestAsync(caller ?? ZNodeCaller.Anonymous, operation);

    public async Task<ZNodeReply> MustAsync(ZNodeOperation operation, ZNodeCaller? caller = null)
    {
        ZNodeReply reply = await RunAsync(operation, caller);
        Assert.True(reply.IsOk, $"{operation}: {reply.Error}: {reply.Message}");
        return reply;
    }

    public async Task<ZNodeCaller> OpenSessionAsync(int timeoutMs = 10_000)
    {
        ZNodeReply reply = await MustAsync(new OpenSessionOperation(timeoutMs, new NodeId(1)));
        return new ZNodeCaller(reply.Session!.Session, []);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _source.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _database = await _source.OpenAsync();
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = "streamcoord";
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, silo) => Configure(silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private void Configure(ISiloBuilder silo)
    {
        if (_options.Time is { } time)
        {
            silo.Services.Replace(ServiceDescriptor.Singleton(time));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        }
        silo.Services.AddSingleton(new ClusterIdentity("test", new NodeId(1), default));
        silo.Services.AddSingleton<ILogDisk>(Disk);
        silo.Services.Configure<LogOptions>(options =>
        {
            (options.AppendThreads, options.ReadThreads) = (1, 1);
            _options.Log?.Invoke(options);
        });
        silo.Services.AddPartitions("/data");
        silo.Services.AddZNodes("/data", _options.ZNodes);
        silo.AddTopics(_database!, new TopicOptions());
        silo.AddZNodes();
        _options.Silo?.Invoke(silo);
    }

    private async Task StopAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
            await _database!.DisposeAsync();
            _cluster = null;
        }
    }
}

/// <summary>How a <see cref="TreeSilo"/> is put together.</summary>
internal sealed record TreeSiloOptions
{
    public ZNodeOptions ZNodes { get; init; } = new();

    public TimeProvider? Time { get; init; }

    public Action<LogOptions>? Log { get; init; }

    public Action<ISiloBuilder>? Silo { get; init; }
}
