using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>librdkafka with <c>group.protocol=consumer</c>: members share partitions, come and go, and nothing is lost, also when the silo is killed.</summary>
public sealed class ConsumerGroupTests : IAsyncLifetime
{
    private const int Partitions = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    // Heartbeats often and sessions short, so that what waits for them does not wait long.
    private static readonly string[] Options =
    [
        "--StreamCoord:Groups:ConsumerHeartbeatIntervalMs=300", "--StreamCoord:Groups:ConsumerHeartbeatIntervalMsMin=100",
        "--StreamCoord:Groups:ConsumerSessionTimeoutMs=6000", "--StreamCoord:Groups:ConsumerSessionTimeoutMsMin=1000",
    ];

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path, Options);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("uniform")]
    [InlineData("range")]
    public async Task TwoMembers_ShareThePartitions_AndTheOtherTakesOver(string? assignor)
    {
        await CreateTopicAsync("shared");
        await using var first = new Reader(_silo.Kafka, "shared", assignor);
        await UntilAsync(() => first.Partitions.Count == Partitions);
        await using var second = new Reader(_silo.Kafka, "shared", assignor);
        await UntilAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        await ProduceAsync("shared", 0, 100);
        await UntilAsync(() => first.Values.Union(second.Values).Count() == 100);
        Assert.Empty(first.Values.Intersect(second.Values));
        Assert.NotEmpty(first.Values);
        Assert.NotEmpty(second.Values);

        await first.CloseAsync();
        await UntilAsync(() => second.Partitions.Count == Partitions);
        await ProduceAsync("shared", 100, 200);

        await UntilAsync(() => first.Values.Union(second.Values).Count() == 200);
        Assert.DoesNotContain(first.Values, value => value >= 100);
    }

    [Fact]
    public async Task KilledSilo_CostsNothing_AndMembersGoOn()
    {
        await CreateTopicAsync("lasting");
        await using var reader = new Reader(_silo.Kafka, "lasting", null);
        await ProduceAsync("lasting", 0, 100);
        await UntilAsync(() => reader.Values.Distinct().Count() == 100);
        await UntilAsync(() => reader.CommitCount > 0);
        string endpoint = _silo.Kafka;
        await _silo.KillAsync();
        await _silo.DisposeAsync();

        _silo = await SiloProcess.StartAsync(_directory.Path, [.. Options, $"--StreamCoord:Kafka:Endpoint={endpoint}"]);
        await ProduceAsync("lasting", 100, 200);
        await UntilAsync(() => reader.Values.Distinct().Count() == 200);
        await reader.CloseAsync();

        await using var later = new Reader(_silo.Kafka, "lasting", null);
        await ProduceAsync("lasting", 200, 300);
        await UntilAsync(() => later.Values.Distinct().Count(value => value >= 200) == 100);
        Assert.DoesNotContain(later.Values, value => value < 200);
    }

    [Fact]
    public async Task Pattern_FindsTopicsThatComeLater()
    {
        await CreateTopicAsync("many-a");
        await using var reader = new Reader(_silo.Kafka, "^many-.*", null);
        await UntilAsync(() => reader.Partitions.Count == Partitions);
        await CreateTopicAsync("many-b");
        await ProduceAsync("many-b", 0, 50);
        await UntilAsync(() => reader.Values.Distinct().Count() == 50);
    }

    [Fact]
    public async Task AdminClient_SeesTheGroup_AndDeletesIt()
    {
        await CreateTopicAsync("seen");
        await using var reader = new Reader(_silo.Kafka, "seen", null);
        await UntilAsync(() => reader.Partitions.Count == Partitions);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).Build();

        ListConsumerGroupsResult listed = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchTypes = [ConsumerGroupType.Consumer] });
        ConsumerGroupListing group = Assert.Single(listed.Valid);
        Assert.Equal((Reader.GroupId, ConsumerGroupType.Consumer), (group.GroupId, group.Type));
        await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([Reader.GroupId]));
        await reader.CloseAsync();
        await admin.DeleteGroupsAsync([Reader.GroupId]);
        Assert.Empty((await admin.ListConsumerGroupsAsync()).Valid);
    }

    private async Task CreateTopicAsync(string topic)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private async Task ProduceAsync(string topic, int from, int to)
    {
        using IProducer<Null, int> producer = new ProducerBuilder<Null, int>(new ProducerConfig { BootstrapServers = _silo.Kafka, EnableIdempotence = true }).Build();
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(value =>
            producer.ProduceAsync(new KafkaPartition(topic, value % Partitions), new Message<Null, int> { Value = value })));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>One consumer on a thread of its own.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        public const string GroupId = "readers";

        private readonly CancellationTokenSource _closing = new();
        private readonly IConsumer<Ignore, int> _consumer;
        private readonly Task _running;
        private readonly ConcurrentQueue<int> _values = new();
        private volatile IReadOnlyList<KafkaPartition> _partitions = [];
        private int _commitCount;

        public Reader(string servers, string topic, string? assignor)
        {
            var config = new ConsumerConfig
            {
                BootstrapServers = servers,
                GroupId = GroupId,
                GroupProtocol = GroupProtocol.Consumer,
                GroupRemoteAssignor = assignor,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                AutoCommitIntervalMs = 200,
                TopicMetadataRefreshIntervalMs = 500,
                ReconnectBackoffMaxMs = 500,
            };
            _consumer = new ConsumerBuilder<Ignore, int>(config).SetOffsetsCommittedHandler((_, committed) => Count(committed)).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
            _consumer.Subscribe(topic);
            _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public IReadOnlyCollection<int> Values => _values;

        public IReadOnlyList<KafkaPartition> Partitions => _partitions;

        public int CommitCount => _commitCount;

        /// <summary>Commits, leaves the group and ends.</summary>
        public async Task CloseAsync()
        {
            await _closing.CancelAsync();
            await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await CloseAsync();
            _closing.Dispose();
        }

        private void Count(CommittedOffsets committed)
        {
            if (!committed.Error.IsError)
            {
                Interlocked.Increment(ref _commitCount);
            }
        }

        private void Run()
        {
            using (_consumer)
            {
                while (!_closing.IsCancellationRequested)
                {
                    try
                    {
                        if (_consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } result)
                        {
                            _values.Enqueue(result.Message.Value);
                        }
                    }
                    catch (ConsumeException failure) when (!failure.Error.IsFatal)
                    {
                        // The silo may be away for a while.
                    }
                    _partitions = [.. _consumer.Assignment];
                }
                _consumer.Close();
            }
        }
    }
}
