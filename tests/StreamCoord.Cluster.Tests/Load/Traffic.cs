using System.Diagnostics;
using StreamCoord.Cluster.Tests.Checking;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>Everything that clients do to a cluster while it is hurt, what is watched meanwhile, and what must hold of it in the end. Used by one caller. Disposing it tells the clients to end and waits for none.</summary>
internal sealed class Traffic : IDisposable
{
    public const int Partitions = 3;

    private readonly TestCluster _cluster;
    private readonly CancellationTokenSource _stopClients = new();
    private readonly CancellationTokenSource _stopWatches = new();
    private readonly LeadershipWatch _leaderships;
    private readonly HighWatermarkWatch _highWatermarks;
    private readonly Sessions _sessions;
    private readonly LockHolders _lockHolders;
    private readonly List<Task> _clients;
    private readonly List<Task> _watches;

    private Traffic(TestCluster cluster, string topic, string topicId, string kafkaTopicId, int seed)
    {
        (_cluster, TopicId, KafkaTopicId) = (cluster, topicId, kafkaTopicId);
        (Http, Kafka) = (new AppendHistory(topic), new AppendHistory($"{topic}-kafka"));
        _leaderships = new LeadershipWatch(cluster);
        _highWatermarks = new HighWatermarkWatch(cluster, topic, Partitions, seed);
        ZNodes = new ZNodeWrites(cluster, $"{topic}-znode", seed);
        _sessions = new Sessions(cluster, $"{topic}-session", seed);
        _lockHolders = new LockHolders(cluster, $"{topic}-lock", seed);
        _watches = [Task.Run(() => _leaderships.RunAsync(_stopWatches.Token)), Task.Run(() => _highWatermarks.RunAsync(_stopWatches.Token))];
        _clients =
        [
            Task.Run(() => new HttpAppends(cluster, Http, Partitions, seed).RunAsync(_stopClients.Token)),
            Task.Run(() => ZNodes.RunAsync(_stopClients.Token)),
            Task.Run(() => _sessions.RunAsync(_stopClients.Token)),
            Task.Run(() => _lockHolders.RunAsync(_stopClients.Token)),
            Task.Run(() => new KafkaAppends(cluster, Kafka, Partitions, seed).RunAsync(_stopClients.Token)),
        ];
    }

    /// <summary>What is appended by HTTP.</summary>
    public AppendHistory Http { get; }

    /// <summary>What is appended by librdkafka.</summary>
    public AppendHistory Kafka { get; }

    public ZNodeWrites ZNodes { get; }

    /// <summary>The topic of <see cref="Http"/>.</summary>
    public string TopicId { get; }

    private string KafkaTopicId { get; }

    /// <summary>Makes topics, with these configurations besides their own, and begins; returns when something was acknowledged in every partition.</summary>
    public static async Task<Traffic> BeginAsync(TestCluster cluster, string topic, int seed, params (string Name, string Value)[] configs)
    {
        await KafkaAppends.AwaitBrokersAsync(cluster);
        string topicId = await cluster.CreateTopicAsync(topic, Partitions, configs);
        string kafkaTopicId = await cluster.CreateTopicAsync($"{topic}-kafka", Partitions, configs);
        var traffic = new Traffic(cluster, topic, topicId, kafkaTopicId, seed);
        await traffic.AwaitProgressAsync();
        return traffic;
    }

    /// <summary>Waits until appends to every partition of both topics and writes of znodes are acknowledged that come after now. Returns how long that took.</summary>
    public async Task<TimeSpan> AwaitProgressAsync()
    {
        long since = Stopwatch.GetTimestamp();
        while (Enumerable.Range(0, Partitions).Any(partition => Http.FirstAfter(partition, since) is null || Kafka.FirstAfter(partition, since) is null) || !ZNodes.WrittenAt.Any(at => at > since))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TestCluster.WholeLimit, $"Nothing is acknowledged any more. {Describe()}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>Ends the clients and holds everything against what they were told. All silos run; the cluster becomes whole.</summary>
    public async Task CheckAsync()
    {
        await _cluster.AwaitWholeAsync();
        if (!_stopClients.IsCancellationRequested)
        {
            await _lockHolders.AwaitProgressAsync();
        }
        await EndAsync();
        await _cluster.AwaitWholeAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(Describe());
        await ZNodes.ReadAllAsync();
        // It takes a while until those that have fallen silent have ended.
        await Task.WhenAll(_sessions.CheckAsync(), CheckRecordsAsync());
        Assert.Null(ZNodeCheck.FindProblem(ZNodes.Observations));
        Assert.Null(FencingCheck.FindProblem(await _lockHolders.ReadAsync(), _lockHolders.Writes));
        Assert.Empty(_leaderships.Problems);
        Assert.Empty(_highWatermarks.Problems);
        Assert.Equal([], Kafka.Failures.Keys.Where(failure => failure.Contains("FATAL", StringComparison.Ordinal)));
    }

    /// <summary>Reads everything through every silo.</summary>
    public async Task CheckRecordsAsync()
    {
        foreach (ClusterNode node in _cluster.Nodes)
        {
            await RecordsCheck.CheckAsync(node, Http, Partitions);
            await RecordsCheck.CheckAsync(node, Kafka, Partitions);
        }
    }

    /// <summary>Compares what silos that are all in sync have on their disks of what is committed, while they run.</summary>
    public async Task CheckDisksAsync()
    {
        long[] ends = await RecordsCheck.CheckAsync(_cluster.Nodes[0], Http, Partitions);
        long[] kafkaEnds = await RecordsCheck.CheckAsync(_cluster.Nodes[0], Kafka, Partitions);
        long treeEnd = (await TestCluster.SendAsync(_cluster.Nodes[0], HttpMethod.Get, "/v1/topics/__znodes/partitions/0/records?offset=latest"))!.Json.GetProperty("high_watermark").GetInt64();
        DiskCopies.Check(_cluster.Nodes, TestCluster.TreeTopicId, 0, treeEnd);
        for (int partition = 0; partition < Partitions; partition++)
        {
            DiskCopies.Check(_cluster.Nodes, TopicId, partition, ends[partition]);
            DiskCopies.Check(_cluster.Nodes, KafkaTopicId, partition, kafkaEnds[partition]);
        }
    }

    /// <summary>Ends the clients and the watches.</summary>
    public async Task EndAsync()
    {
        await _stopClients.CancelAsync();
        await Task.WhenAll(_clients);
        await _stopWatches.CancelAsync();
        await Task.WhenAll(_watches);
    }

    public void Dispose()
    {
        _stopClients.Cancel();
        _stopWatches.Cancel();
    }

    public string Describe() =>
        $"{Http.Describe()}\n{Kafka.Describe()}\n{ZNodes.Describe()}\n{_sessions.Describe()}\n{_lockHolders.Describe()}\n{_leaderships.TermCount} terms, {_highWatermarks.ReadCount} reads of high watermarks, {string.Join(',', _cluster.Nodes.Select(node => node.UnwantedExits))} exits by themselves";
}
