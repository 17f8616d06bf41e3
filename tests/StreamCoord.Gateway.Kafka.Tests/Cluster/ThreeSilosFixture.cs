using System.Diagnostics;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Grains.Storage;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.Kafka.Tests.Cluster;

/// <summary>Tests that share one cluster, one after another.</summary>
[CollectionDefinition(nameof(ThreeSilos))]
public sealed class ThreeSilos : ICollectionFixture<ThreeSilosFixture>;

/// <summary>Three silos on racks r1, r2 and r3, as users run them, over one PostgreSQL database, once all of them know each other.</summary>
public sealed class ThreeSilosFixture : IAsyncLifetime
{
    private const string ScriptFolder = "db/postgresql/";
    private const short MetadataVersion = 12;

    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);

    private readonly PostgreSqlServer _server = new();
    private readonly TemporaryDirectory _directory = new();

    public IReadOnlyList<SiloProcess> Silos { get; private set; } = [];

    /// <summary>The bootstrap list of a client that knows one of them alone.</summary>
    public string Bootstrap(int node) => Silos[node - 1].Kafka;

    public async ValueTask InitializeAsync()
    {
        string database = await _server.CreateDatabaseAsync(
            typeof(Database).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(ReadScript));
        try
        {
            Silos = [await StartAsync(1, database)];
            Silos = [.. Silos, await StartAsync(2, database)];
            Silos = [.. Silos, await StartAsync(3, database)];
        }
        catch
        {
            // Nobody else would end those that have started.
            await DisposeAsync();
            throw;
        }
        for (int node = 1; node <= Silos.Count; node++)
        {
            await AwaitAsync(node, metadata => metadata.Brokers.Count == Silos.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in Silos)
        {
            await silo.DisposeAsync();
        }
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    internal Task<KafkaClient> ConnectAsync(int node) => KafkaClient.ConnectAsync(Bootstrap(node));

    /// <summary>What a node tells of the cluster and of some topics.</summary>
    internal async Task<MetadataResponse> ReadMetadataAsync(int node, params string[] topics)
    {
        await using KafkaClient client = await ConnectAsync(node);
        var request = new MetadataRequest { Topics = [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })] };
        return await client.AskAsync<MetadataRequest, MetadataResponse>(request, MetadataVersion);
    }

    /// <summary>The same, when it is what it is to be.</summary>
    internal async Task<MetadataResponse> AwaitAsync(int node, Func<MetadataResponse, bool> condition, params string[] topics)
    {
        var since = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        MetadataResponse metadata;
        while (!condition(metadata = await ReadMetadataAsync(node, topics)))
        {
            Assert.True(since.Elapsed < JoinLimit, $"After {since.Elapsed} node {node} tells of {metadata.Brokers.Count} brokers and {metadata.Topics.Sum(topic => topic.Partitions.Count)} partitions: {Silos[node - 1].Output}");
            await timer.WaitForNextTickAsync();
        }
        return metadata;
    }

    private Task<SiloProcess> StartAsync(int node, string database) =>
        SiloProcess.StartAsync(
            _directory.Combine($"data{node}"),
            $"--StreamCoord:Cluster:ConnectionString={PostgreSqlServer.Pooled(database)}",
            $"--StreamCoord:NodeId={node}",
            $"--StreamCoord:Rack=r{node}",
            "--StreamCoord:Kafka:ReplicaSelector=RackAware");

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
