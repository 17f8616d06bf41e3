using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Storage;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.Transactions;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Testing;
using StreamCoord.Topics;
using StreamCoord.Transactions;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>A silo in this process that has the client among its own services, and a gate at its partitions.</summary>
public sealed class InsideSilo : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private InProcessTestCluster? _cluster;
    private Database? _database;

    /// <summary>What happens to calls of partitions.</summary>
    internal PartitionGate Gate { get; } = new();

    /// <summary>What happens to calls of connections into the tree.</summary>
    internal ConnectionFaults Faults { get; } = new();

    public IServiceProvider Services => _cluster!.GetSiloServiceProvider();

    public StreamCoordClient Client => Services.GetRequiredService<StreamCoordClient>();

    public async ValueTask InitializeAsync()
    {
        _database = await Database.OpenEmbeddedAsync(_directory.Combine("streamcoord.db"));
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, host) =>
        {
            host.Services.AddSingleton(new ClusterIdentity("test", new NodeId(1), default));
            host.Services.AddPartitions(_directory.Path);
            host.Services.AddZNodes(_directory.Path, new ZNodeOptions());
            host.AddTopics(_database, new TopicOptions());
            host.AddBrokers();
            host.AddZNodes();
            host.AddGroups(new GroupOptions { ConsumerHeartbeatIntervalMs = 50, ConsumerHeartbeatIntervalMsMin = 50, OffsetsPartitions = 2 });
            host.AddTransactions(new TransactionOptions { StatePartitions = 2 });
            host.AddIncomingGrainCallFilter(Gate);
            host.AddIncomingGrainCallFilter(Faults);
            host.Services.AddStreamCoordClient();
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        await Services.GetRequiredService<ICoordination>().ReadyAsync(TestContext.Current.CancellationToken);
    }

    public Task<TopicDescription> CreateTopicAsync(string name, int partitions = 1) =>
        Client.Topics.CreateAsync(name, partitions, cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        Faults.Begin(0, oneIn: 0);
        if (_cluster is not null)
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
        }
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
        _directory.Dispose();
    }
}
