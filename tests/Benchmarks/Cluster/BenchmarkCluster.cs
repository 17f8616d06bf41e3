using StreamCoord.Benchmarks.Kafka;
using StreamCoord.Grains.Storage;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;
using Partition = StreamCoord.Protocol.Kafka.Messages.MetadataResponse.MetadataResponsePartition;

namespace StreamCoord.Benchmarks.Cluster;

/// <summary>Three silos over one PostgreSQL, on one machine and one disk. Owns their processes; for one caller.</summary>
internal sealed class BenchmarkCluster : IAsyncDisposable
{
    public const int NodeCount = 3;

    private const short MetadataVersion = 4;
    private const string ScriptFolder = "db/postgresql/";

    private readonly TemporaryDirectory _directory = new();
    private readonly PostgreSqlServer _server = new();
    private readonly SiloProcess?[] _silos = new SiloProcess?[NodeCount];
    private string _database = "";

    public static async Task<BenchmarkCluster> StartAsync()
    {
        var cluster = new BenchmarkCluster();
        cluster._database = await cluster._server.CreateDatabaseAsync(
            typeof(Database).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(ReadScript));
        for (int node = 1; node <= NodeCount; node++)
        {
            await cluster.StartAsync(node);
        }
        return cluster;
    }

    public SiloProcess Silo(int node) => _silos[node - 1]!;

    public async Task StartAsync(int node) =>
        _silos[node - 1] = await SiloProcess.StartAsync(_directory.Combine($"data{node}"), $"--StreamCoord:Cluster:ConnectionString={PostgreSqlServer.Pooled(_database)}", $"--StreamCoord:NodeId={node}");

    public async Task StartAllAsync() => await Task.WhenAll(Enumerable.Range(1, NodeCount).Select(StartAsync));

    public async Task KillAsync(int node)
    {
        SiloProcess silo = Silo(node);
        _silos[node - 1] = null;
        await silo.KillAsync();
        await silo.DisposeAsync();
    }

    /// <summary>Tells a silo to stop, and waits for its end.</summary>
    public async Task StopAsync(int node)
    {
        SiloProcess silo = Silo(node);
        await silo.StopAsync();
        _silos[node - 1] = null;
        await silo.DisposeAsync();
    }

    /// <summary>Creates a topic through any silo.</summary>
    public void CreateTopic(string name, int partitions, short factor, string flushMessages = "1")
    {
        using KafkaLink link = Connect(1);
        CreateTopicsResponse response = link.Ask<CreateTopicsRequest, CreateTopicsResponse>(new CreateTopicsRequest
        {
            TimeoutMs = 120_000,
            Topics =
            [
                new CreateTopicsRequest.CreatableTopic
                {
                    Name = name,
                    NumPartitions = partitions,
                    ReplicationFactor = factor,
                    Configs = [new CreateTopicsRequest.CreatableTopicConfig { Name = "flush.messages", Value = flushMessages }],
                },
            ],
        }, 4);
        if (response.Topics[0].ErrorCode != 0)
        {
            throw new InvalidOperationException($"{name}: {response.Topics[0].ErrorMessage}");
        }
    }

    public KafkaLink Connect(int node) => new(Silo(node).Kafka);

    /// <summary>A topic's partitions as the first silo that answers tells of them; empty while none does.</summary>
    public IReadOnlyList<Partition> Describe(string topic)
    {
        foreach (SiloProcess silo in _silos.OfType<SiloProcess>())
        {
            try
            {
                using var link = new KafkaLink(silo.Kafka);
                return link.Ask<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }] }, MetadataVersion).Topics[0].Partitions;
            }
            catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
            {
                // The next one.
            }
        }
        return [];
    }

    /// <summary>The node that leads the topic's first partition; null while none does.</summary>
    public int? FindLeader(string topic) => Describe(topic) is [{ ErrorCode: 0 } first, ..] && first.LeaderId > 0 && _silos[first.LeaderId - 1] is not null ? first.LeaderId : null;

    /// <summary>Waits until every partition of a topic has a leader and all copies in sync.</summary>
    public async Task AwaitWholeAsync(string topic)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Describe(topic) is not { Count: > 0 } partitions || partitions.Any(partition => partition.ErrorCode != 0 || partition.IsrNodes.Count < partition.ReplicaNodes.Count))
        {
            await timer.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in _silos.OfType<SiloProcess>())
        {
            await silo.DisposeAsync();
        }
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
