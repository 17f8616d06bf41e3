using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace StreamCoord.Gateway.Kafka.Tests.Cluster;

/// <summary>A consumer that reads from a follower goes on when that is lost, and when the leader is: with every record once and in order.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class RackFailOverTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Topic = "survives";
    private const int Follower = 2;
    private const int More = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Its silos are killed, so nobody else uses it.
    private readonly ThreeSilosFixture _cluster = new();
    private readonly ConcurrentQueue<int> _read = new();
    private volatile int _written;
    private volatile bool _isWritten;
    private volatile bool _isRead;
    private volatile int _broker;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        (_isWritten, _isRead) = (true, true);
        return _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData(Follower)]
    [InlineData(1)]
    public async Task Consumer_GoesOn_WhenASiloIsKilled(int killed)
    {
        using (IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = All }).Build())
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1, ReplicasAssignments = new() { [0] = [1, 2, 3] } }]);
        }
        Task producing = Task.Run(ProduceAsync, TestContext.Current.CancellationToken);
        Task consuming = Task.Run(Consume, TestContext.Current.CancellationToken);
        await AwaitMoreAsync(() => _broker == Follower);

        await _cluster.Silos[killed - 1].KillAsync();
        var since = Stopwatch.StartNew();
        await AwaitMoreAsync(() => _broker != killed);
        output.WriteLine($"Goes on at broker {_broker} {since.ElapsedMilliseconds} ms after broker {killed} was killed");

        _isWritten = true;
        await producing;
        await AwaitAsync(() => _read.Count >= _written);
        _isRead = true;
        await consuming;
        Assert.Equal(Enumerable.Range(0, _written), _read);
    }

    private string All => string.Join(',', _cluster.Silos.Select(silo => silo.Kafka));

    private async Task ProduceAsync()
    {
        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = All, EnableIdempotence = true, LingerMs = 0 })
            .SetLogHandler((_, _) => { }).Build();
        while (!_isWritten)
        {
            await producer.ProduceAsync(new KafkaPartition(Topic, 0), new Message<Null, byte[]> { Value = BitConverter.GetBytes(_written) }, CancellationToken.None);
            _written++;
        }
    }

    private void Consume()
    {
        var config = new ConsumerConfig { BootstrapServers = All, GroupId = "none", EnableAutoCommit = false, ClientRack = $"r{Follower}", StatisticsIntervalMs = 100 };
        using IConsumer<Null, byte[]> consumer = new ConsumerBuilder<Null, byte[]>(config).SetStatisticsHandler((_, text) => _broker = BrokerOf(text)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(new KafkaPartition(Topic, 0), Confluent.Kafka.Offset.Beginning));
        while (!_isRead)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
            {
                _read.Enqueue(BitConverter.ToInt32(result.Message.Value));
            }
        }
    }

    private static int BrokerOf(string statistics)
    {
        using JsonDocument document = JsonDocument.Parse(statistics);
        return document.RootElement.GetProperty("topics").TryGetProperty(Topic, out JsonElement found) && found.GetProperty("partitions").TryGetProperty("0", out JsonElement partition)
            ? partition.GetProperty("broker").GetInt32()
            : 0;
    }

    // More records are read, by whom it is to be.
    private Task AwaitMoreAsync(Func<bool> condition)
    {
        int before = _read.Count;
        return AwaitAsync(() => _read.Count >= before + More && condition());
    }

    private async Task AwaitAsync(Func<bool> condition)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(since.Elapsed < Limit, $"After {since.Elapsed} {_read.Count} of {_written} records are read, the last from broker {_broker}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
