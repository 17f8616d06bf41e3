using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>A silo that is killed again and again under producers and a group: what was acknowledged is there exactly once and in its order, and clients go on by themselves.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private const string Topic = "loaded";
    private const int Partitions = 4;
    private const int Rounds = 3;

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task WhatWasAcknowledged_IsThereExactlyOnce_WheneverTheSiloIsKilled()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await CreateTopicAsync();
        await using var first = new LoadProducer(_silo.Kafka, Topic, Partitions, 0);
        await using var second = new LoadProducer(_silo.Kafka, Topic, Partitions, 1);
        await using GroupReader one = Join();
        await using GroupReader other = Join();

        for (int round = 0; round < Rounds; round++)
        {
            int more = Acknowledged().Count + random.Next(50, 1_500);
            int read = Read().Count + random.Next(1, 200);
            await Eventually.HoldsAsync(() => Acknowledged().Count >= more && Read().Count >= read);
            await RestartAsync();
        }
        int enough = Acknowledged().Count + 500;
        await Eventually.HoldsAsync(() => Acknowledged().Count >= enough);
        await first.StopAsync();
        await second.StopAsync();

        Dictionary<int, KafkaPartitionOffset> acknowledged = Acknowledged();
        List<ConsumeResult<Ignore, int>> log = ReadLog();
        Assert.True(log.Count == log.Select(record => record.Message.Value).Distinct().Count(), $"seed {seed}: a record is there twice");
        Assert.Equal(acknowledged, log.ToDictionary(record => record.Message.Value, record => record.TopicPartitionOffset));
        Assert.All(log.GroupBy(record => (record.Partition, Producer: record.Message.Value % 2)), group =>
            Assert.True(group.OrderBy(record => record.Offset.Value).Select(record => record.Message.Value).SequenceEqual(group.Select(record => record.Message.Value).Order()), $"seed {seed}"));
        await Eventually.HoldsAsync(() => acknowledged.Keys.All(Read().Contains));

        HashSet<int> Read() => [.. one.Values, .. other.Values];

        Dictionary<int, KafkaPartitionOffset> Acknowledged() => first.Acknowledged.Concat(second.Acknowledged).ToDictionary();
    }

    private async Task CreateTopicAsync()
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private GroupReader Join() => new(
        new ConsumerConfig
        {
            BootstrapServers = _silo.Kafka,
            GroupId = "readers",
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 300,
        },
        Topic);

    // On the same port, so that the clients find it again by themselves.
    private async Task RestartAsync()
    {
        string endpoint = _silo.Kafka;
        await _silo.KillAsync();
        await _silo.DisposeAsync();
        _silo = await SiloProcess.StartAsync(_directory.Path, $"--StreamCoord:Kafka:Endpoint={endpoint}");
    }

    private List<ConsumeResult<Ignore, int>> ReadLog()
    {
        using IConsumer<Ignore, int> consumer = new ConsumerBuilder<Ignore, int>(
            new ConsumerConfig
            {
                BootstrapServers = _silo.Kafka,
                GroupId = "unused",
                EnableAutoCommit = false,
                EnablePartitionEof = true,
            }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new KafkaPartitionOffset(Topic, partition, KafkaOffset.Beginning)));
        return consumer.ReadToEnd(Partitions);
    }
}
