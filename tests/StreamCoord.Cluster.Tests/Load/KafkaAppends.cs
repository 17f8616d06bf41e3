using System.Diagnostics;
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

    /// <summary>Waits until every silo's metadata names all brokers: librdkafka finds the leaders of all partitions then, whichever it asks.</summary>
    public static async Task AwaitBrokersAsync(TestCluster cluster)
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = node.Kafka }).SetLogHandler((_, _) => { }).Build();
            long since = Stopwatch.GetTimestamp();
            while (await Task.Run(() => admin.GetMetadata(MetadataLimit).Brokers.Count) < TestCluster.NodeCount)
            {
                Assert.True(Stopwatch.GetElapsedTime(since) < TestCluster.WholeLimit, $"Node {node.Number} does not name all brokers in its metadata.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
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
