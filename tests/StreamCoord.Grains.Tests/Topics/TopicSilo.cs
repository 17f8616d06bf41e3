using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.TestingHost;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Testing.Disk;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A silo in this process with real topics in a real tree on a real database and a simulated disk, whose writes can be made to fail.</summary>
public sealed class TopicSilo : IAsyncDisposable
{
    private readonly IDatabaseSource _source;
    private readonly TopicOptions _options;
    private readonly SimulatedDisk _disk = new();
    private InProcessTestCluster? _cluster;

    private TopicSilo(IDatabaseSource source, TopicOptions options) => (_source, _options) = (source, options);

    public FaultPlan Faults { get; } = new();

    public PartitionCalls Calls { get; } = new();

    public Database Database { get; private set; } = null!;

    public IServiceProvider Services => _cluster!.GetSiloServiceProvider();

    public ICoordination Tree => Services.GetRequiredService<ICoordination>();

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static async Task<TopicSilo> StartAsync(IDatabaseSource source, TopicOptions? options = null)
    {
        var silo = new TopicSilo(source, options ?? new TopicOptions());
        await silo.StartAsync();
        return silo;
    }

    public ITopicGrain Topic(string name) => Grains.GetGrain<ITopicGrain>(name);

    /// <summary>Ends the silo and starts another one on the same database.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Registers the silo in the tree, and so makes it the controller.</summary>
    public Task RegisterAsync(string? rack = null) =>
        Services.RegisterBrokerAsync(new BrokerEndpoints("127.0.0.1", [new BrokerListener("HTTP", "PLAINTEXT", "127.0.0.1:8080")], rack));

    /// <summary>Carries out an operation as a user without any rights, or as somebody else.</summary>
    public Task<ZNodeReply> RunAsync(ZNodeOperation operation, ZNodeCaller? caller = null) => Tree.RequestAsync(caller ?? ZNodeCaller.Anonymous, operation);

    public async Task<string?> ReadAsync(string path)
    {
        ZNodeReply reply = await RunAsync(new GetDataOperation(path));
        return reply.IsOk ? Encoding.UTF8.GetString((reply.Data ?? ReadOnlyMemory<byte>.Empty).Span) : null;
    }

    /// <summary>The names of a znode's children; none when it does not exist.</summary>
    public async Task<IReadOnlyList<string>> ChildrenAsync(string path) => (await RunAsync(new GetChildrenOperation(path))).Names ?? [];

    /// <summary>Fails unless no topic has left anything in the tree or in the leadership table.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(await TopicCatalogue.ListAsync(Grains));
        Assert.Equal(0, await CountAsync($"partition_leadership WHERE topic_id <> '{InternalTopics.ZNodesId}'"));
        foreach (string parent in new[] { TopicPaths.Topics, TopicPaths.Configs, TopicPaths.Records, TopicPaths.Deletions })
        {
            Assert.Empty(await ChildrenAsync(parent));
        }
    }

    public async Task<long> CountAsync(string table)
    {
        return await Database.RunAsync(async connection =>
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT COUNT(*) FROM {table}";
            return (long)(await command.ExecuteScalarAsync())!;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _source.DisposeAsync();
    }

    public async Task StartAsync()
    {
        Database = await _source.OpenAsync();
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
        silo.Services.AddSingleton(new ClusterIdentity("nuXm7jOOTrmGHVXuMvbfFA", new NodeId(1), default));
        silo.Services.AddSingleton<ILogDisk>(_disk);
        silo.Services.Configure<LogOptions>(options => (options.AppendThreads, options.ReadThreads) = (1, 1));
        silo.Services.AddPartitions("/data");
        silo.Services.AddZNodes("/data", new ZNodeOptions());
        silo.AddTopics(Database, _options);
        silo.AddBrokers();
        silo.AddZNodes();

        silo.Services.AddSingleton(Faults);
        silo.Services.AddSingleton(Calls);
        silo.AddIncomingGrainCallFilter<PartitionCallFilter>();
        silo.Services.AddSingleton<LeadershipTable>();
        silo.Services.Replace(ServiceDescriptor.Singleton<ILeadershipTable, FaultyLeadershipTable>());
        silo.Services.Replace(ServiceDescriptor.Singleton<ICoordination>(
            services => new FaultyCoordination(services.GetRequiredService<CoordinationService>(), Faults)));
    }

    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
            await Database.DisposeAsync();
            _cluster = null;
        }
    }
}
