using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Testing.Disk;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Partitions;

/// <summary>A silo in this process with real topics on SQLite and real partitions on a simulated disk.</summary>
internal sealed class PartitionSilo : IAsyncDisposable
{
    private readonly SqliteFile _source = new();
    private InProcessTestCluster? _cluster;
    private Database? _database;

    public SimulatedDisk Disk { get; } = new();

    public IGrainFactory Grains => _cluster!.GetSiloServiceProvider().GetRequiredService<IGrainFactory>();

    public ICoordination Tree => _cluster!.GetSiloServiceProvider().GetRequiredService<ICoordination>();

    /// <summary>The segment files of the topics that users made.</summary>
    public IReadOnlyList<string> TopicLogs => [.. Disk.Find(".log").Where(path => !path.Contains(InternalTopics.ZNodesId.ToString(), StringComparison.Ordinal))];

    public static async Task<PartitionSilo> StartAsync()
    {
        var silo = new PartitionSilo();
        await silo.RestartAsync();
        return silo;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        _database = await _source.OpenAsync();
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = "streamcoord";
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(new ClusterIdentity("test", new NodeId(1), default));
            silo.Services.AddSingleton<ILogDisk>(Disk);
            silo.Services.Configure<LogOptions>(options => (options.AppendThreads, options.ReadThreads) = (1, 1));
            silo.Services.AddPartitions("/data");
            silo.Services.AddZNodes("/data", new ZNodeOptions());
            silo.AddTopics(_database, new TopicOptions());
            silo.AddBrokers();
            silo.AddZNodes();
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task CreateAsync(string topic, params (string Name, string Value)[] configs)
    {
        var request = new CreateTopicRequest(2, null, configs.ToDictionary(pair => pair.Name, pair => pair.Value), false);
        TopicReply reply = await Grains.GetGrain<ITopicGrain>(topic).Create(request);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
    }

    public IPartitionGrain Partition(string topic, int partition = 0) =>
        Grains.GetGrain<IPartitionGrain>(new TopicPartition(topic, partition).ToString());

    public Task<AppendReply> AppendAsync(string topic, string value, RequiredAcks acks = RequiredAcks.All)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1_700_000_000_000, NullableBytes.Null, Encoding.UTF8.GetBytes(value));
        return Partition(topic).Append(new AppendRequest(builder.Build(), acks));
    }

    public async Task<List<string>> ReadAsync(string topic, int maxWaitMs = 0, long from = 0)
    {
        FetchReply reply = await Partition(topic).Fetch(new FetchRequest(new Offset(from), 1 << 20, maxWaitMs));
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        List<string> values = [];
        using RecordData data = reply.Data;
        var sequence = new BatchSequence(data.Bytes.Span);
        while (sequence.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            using var reader = new RecordReader(batch);
            while (reader.MoveNext(out RecordView record))
            {
                values.Add(Encoding.UTF8.GetString(record.Value.Span));
            }
        }
        return values;
    }

    /// <summary>Writes the znode of a topic's configuration as any user may.</summary>
    public async Task WriteConfigAsync(string topic, string json)
    {
        ZNodeReply reply = await Tree.RequestAsync(ZNodeCaller.Anonymous, new SetDataOperation($"/config/topics/{topic}", Encoding.UTF8.GetBytes(json)));
        Assert.True(reply.IsOk, reply.Message);
    }

    /// <summary>Waits for what follows a write of a znode by itself.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _source.DisposeAsync();
    }

    private async Task StopAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
            await _database!.DisposeAsync();
        }
    }
}
