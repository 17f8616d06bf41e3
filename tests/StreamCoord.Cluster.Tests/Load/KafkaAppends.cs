using System.Text;
using Confluent.Kafka;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>A producer of librdkafka with acks=all and idempotence, which sends again by itself what was not acknowledged.</summary>
internal sealed class KafkaAppends(TestCluster cluster, AppendHistory history, int partitions, int seed)
{
    private const int UnderWayMax = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(60);

    /// <summary>True when the silos' metadata names every broker, so that librdkafka finds the leaders of all partitions.</summary>
    public static bool IsPossible(TestCluster cluster)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Nodes[0].Kafka }).SetLogHandler((_, _) => { }).Build();
        return admin.GetMetadata(MetadataLimit).Brokers.Count == TestCluster.NodeCount;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = string.Join(',', cluster.Nodes.Select(node => node.Kafka)),
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 2,
            MessageTimeoutMs = 50_000,
            RequestTimeoutMs = 5_000,
            SocketTimeoutMs = 10_000,
            ReconnectBackoffMaxMs = 500,
            TopicMetadataRefreshIntervalMs = 2_000,
        };
        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => history.Fail($"librdkafka: {error.Code}{(error.IsFatal ? ", FATAL" : "")}"))
            .Build();
        using var places = new SemaphoreSlim(UnderWayMax, UnderWayMax);
        try
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                await places.WaitAsync(stop);
                string value = FormattableString.Invariant($"kafka-{seed}-{i}");
                history.Send(value);
                producer.Produce(new Confluent.Kafka.TopicPartition(history.Topic, i % partitions), new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes(value) }, report =>
                {
                    places.Release();
                    Note(report, value);
                });
                await Task.Delay(Pause, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // No more is sent.
        }
        producer.Flush(FlushLimit);
    }

    private void Note(DeliveryReport<Null, byte[]> report, string value)
    {
        if (report.Error.IsError)
        {
            history.Fail($"librdkafka delivery: {report.Error.Code}");
        }
        else
        {
            history.Acknowledge(report.Partition.Value, report.Offset.Value < 0 ? -1 : report.Offset.Value, value);
        }
    }
}
