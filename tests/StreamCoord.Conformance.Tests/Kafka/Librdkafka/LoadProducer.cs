using System.Collections.Concurrent;
using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>
/// One of two idempotent producers that write until they are stopped, whatever happens to the silo: even numbers one, odd numbers
/// the other, rising in every partition.
/// </summary>
internal sealed class LoadProducer : IAsyncDisposable
{
    private const int AtOnce = 40;

    private readonly ConcurrentDictionary<int, KafkaPartitionOffset> _acknowledged = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public LoadProducer(string servers, string topic, int partitions, int first) => _running = RunAsync(servers, topic, partitions, first);

    /// <summary>Where each number is that was acknowledged.</summary>
    public IReadOnlyDictionary<int, KafkaPartitionOffset> Acknowledged => _acknowledged;

    /// <summary>Begins nothing more and waits until all that was sent is acknowledged. Fails when anything was not.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(string servers, string topic, int partitions, int first)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = servers,
            EnableIdempotence = true,
            Acks = Acks.All,
            MessageTimeoutMs = 120_000,
            ReconnectBackoffMaxMs = 500,
        };
        using IProducer<Null, int> producer = new ProducerBuilder<Null, int>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        for (int sent = 0; !_stopping.IsCancellationRequested; sent += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(sent, AtOnce).Select(number => SendAsync(producer, new KafkaPartition(topic, number % partitions), (number * 2) + first)));
        }
    }

    private async Task SendAsync(IProducer<Null, int> producer, KafkaPartition partition, int value) =>
        _acknowledged[value] = (await producer.SendAsync(partition, new Message<Null, int> { Value = value })).TopicPartitionOffset;
}
