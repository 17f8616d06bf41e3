using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A silo in this process with real topic grains on a real database, and partitions that are fakes.</summary>
public sealed class TopicSilo : IAsyncDisposable
{
    private readonly IDatabaseSource _source;
    private readonly TopicOptions _options;
    private InProcessTestCluster? _cluster;

    private TopicSilo(IDatabaseSource source, TopicOptions options) => (_source, _options) = (source, options);

    public FaultPlan Faults { get; } = new();

    public PartitionCalls Calls { get; } = new();

    public Database Database { get; private set; } = null!;

    public IServiceProvider Services => _cluster!.GetSiloServiceProvider();

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

    private async Task StartAsync()
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
        silo.AddTopics(Database, _options);
        silo.Services.AddSingleton(new ClusterIdentity("test", new NodeId(1)));
        silo.Services.AddSingleton(Faults);
        silo.Services.AddSingleton(Calls);

        silo.Services.AddSingleton<LeadershipTable>();
        silo.Services.Replace(ServiceDescriptor.Singleton<ILeadershipTable, FaultyLeadershipTable>());

        ServiceDescriptor storage = silo.Services.Last(service => service.ServiceType == typeof(IGrainStorage) && (string?)service.ServiceKey == StorageHosting.Topics);
        silo.Services.Remove(storage);
        silo.Services.AddGrainStorage(StorageHosting.Topics, (services, name) =>
            new FaultyStorage((IGrainStorage)storage.KeyedImplementationFactory!(services, name), Faults));

        silo.Services.PostConfigure<GrainTypeOptions>(options => options.Classes.RemoveWhere(
            type => typeof(IPartitionGrain).IsAssignableFrom(type) && type != typeof(FakePartitionGrain)));
    }

    private async Task StopAsync()
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
