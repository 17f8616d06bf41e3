using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(SharedSilo))]

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>One silo for all tests that leave it alone: each takes topics and groups of its own.</summary>
public sealed class SharedSilo : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _names;

    public SiloProcess Silo { get; private set; } = null!;

    /// <summary>Where clients begin.</summary>
    public string Servers => Silo.Kafka;

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A name that no other test has.</summary>
    public string NewName() => $"name-{Interlocked.Increment(ref _names)}";

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();

    /// <summary>A new topic.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, Dictionary<string, string>? configs = null)
    {
        string name = NewName();
        using IAdminClient admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs }]);
        return name;
    }

    /// <summary>Writes the numbers of a range, each to the partition that it is a multiple behind.</summary>
    public async Task ProduceAsync(string topic, int from, int to, int partitions = 1)
    {
        using IProducer<Null, int> producer = new ProducerBuilder<Null, int>(new ProducerConfig { BootstrapServers = Servers, EnableIdempotence = true }).Build();
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(value =>
            producer.SendAsync(new KafkaPartition(topic, value % partitions), new Message<Null, int> { Value = value })));
    }

    /// <summary>A consumer without a group.</summary>
    public IConsumer<string, string> Consumer(params KafkaPartitionOffset[] from)
    {
        IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig
            {
                BootstrapServers = Servers,
                GroupId = "unused",
                EnableAutoCommit = false,
                EnablePartitionEof = true,
            }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(from);
        return consumer;
    }
}
