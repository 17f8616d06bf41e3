using System.Text;
using Confluent.Kafka;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Records;
using KafkaHeaders = Confluent.Kafka.Headers;

namespace StreamCoord.Client.Tests.Producing;

/// <summary>What this client writes, librdkafka reads, and the other way round; keys land on the partitions on which librdkafka puts them.</summary>
public sealed class KafkaInteropTests(OutsideFixture outside)
{
    private const int Partitions = 5;

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public async Task Records_AreReadByLibrdkafka(CompressionCodec codec)
    {
        string topic = await outside.CreateTopicAsync();
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { Compression = codec });
        Delivery[] deliveries = new Delivery[300];
        for (int i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = await producer.SendAsync(
                topic,
                OutgoingRecord.Of(i % 3 == 0 ? null : $"key {i}", i % 7 == 0 ? null : $"value {i} {new string('x', i)}") with
                {
                    TimestampMs = 1_700_000_000_000 + i,
                    Headers = new RecordHeader[] { new("n", Encoding.UTF8.GetBytes($"{i}")), new("none", null) },
                },
                TestContext.Current.CancellationToken);
        }
        for (int i = 0; i < deliveries.Length; i++)
        {
            DeliveryReport report = await deliveries[i].WaitAsync(TestContext.Current.CancellationToken);
            Assert.Equal((i, 1_700_000_000_000 + i), (report.Offset.Value, report.TimestampMs));
        }

        List<ConsumeResult<string?, string?>> read = ReadWithLibrdkafka(topic, deliveries.Length);

        Assert.All(read.Index(), pair =>
        {
            (int i, ConsumeResult<string?, string?> result) = pair;
            Assert.Equal(i % 3 == 0 ? null : $"key {i}", result.Message.Key);
            Assert.Equal(i % 7 == 0 ? null : $"value {i} {new string('x', i)}", result.Message.Value);
            Assert.Equal((i, 1_700_000_000_000 + i), (result.Offset.Value, result.Message.Timestamp.UnixTimestampMs));
            Assert.Equal($"{i}", Encoding.UTF8.GetString(result.Message.Headers[0].GetValueBytes()));
            Assert.Null(result.Message.Headers[1].GetValueBytes());
        });
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task RecordsOfLibrdkafka_AreRead(CompressionType compression)
    {
        string topic = await outside.CreateTopicAsync();
        using (IProducer<string?, string?> producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = outside.Kafka, CompressionType = compression, LingerMs = 20 })
            .SetLogHandler((_, _) => { }).Build())
        {
            for (int i = 0; i < 300; i++)
            {
                producer.Produce(topic, new Message<string?, string?>
                {
                    Key = i % 3 == 0 ? null : $"key {i}",
                    Value = i % 7 == 0 ? null : $"value {i} {new string('x', i)}",
                    Headers = new KafkaHeaders { new Header("n", Encoding.UTF8.GetBytes($"{i}")) },
                });
            }
            producer.Flush(TestContext.Current.CancellationToken);
        }

        await using Consumer consumer = outside.Client.ReadAll(topic);
        List<ConsumedRecord> read = await consumer.TakeAsync(300);

        Assert.All(read.Index(), pair =>
        {
            (int i, ConsumedRecord record) = pair;
            Assert.Equal(i, record.Offset.Value);
            Assert.Equal(i % 3 == 0 ? null : $"key {i}", record.KeyText);
            Assert.Equal(i % 7 == 0 ? null : $"value {i} {new string('x', i)}", record.ValueText);
            Assert.Equal($"{i}", record.HeaderText("n"));
        });
    }

    [Theory]
    [InlineData("murmur2", Confluent.Kafka.Partitioner.Murmur2Random)]
    [InlineData("crc32", Confluent.Kafka.Partitioner.ConsistentRandom)]
    public async Task Keys_LandWhereLibrdkafkaPutsThem(string ours, Confluent.Kafka.Partitioner theirs)
    {
        string topic = await outside.CreateTopicAsync(Partitions);
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), i % 13) + i)];
        Dictionary<string, int> expected;
        using (IProducer<string, string> librdkafka = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = outside.Kafka, Partitioner = theirs }).SetLogHandler((_, _) => { }).Build())
        {
            // Its flush ends before the last reports are handed out.
            DeliveryResult<string, string>[] delivered = await Task.WhenAll(keys.Select(key => librdkafka.ProduceAsync(topic, new Message<string, string> { Key = key, Value = "" }, TestContext.Current.CancellationToken)));
            expected = delivered.ToDictionary(result => result.Key, result => result.Partition.Value);
        }
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { Partitioner = ours == "crc32" ? KeyPartitioners.Crc32 : KeyPartitioners.Murmur2 });
        Dictionary<string, int> actual = [];
        foreach (string key in keys)
        {
            actual[key] = (await producer.SendAsync(topic, OutgoingRecord.Of(key, ""), TestContext.Current.CancellationToken)).Partition.Partition;
        }

        Assert.Equal(expected, actual);
        Assert.Equal(Partitions, actual.Values.Distinct().Count());
    }

    [Fact]
    public async Task ATransaction_IsSeenByLibrdkafka_OnceItIsCommitted()
    {
        string topic = await outside.CreateTopicAsync();
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = outside.NewName() });
        foreach (bool commits in (bool[])[true, false, true])
        {
            await using ProducerTransaction transaction = await producer.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await producer.ProduceAsync(topic, OutgoingRecord.Of(null, $"{commits}"), TestContext.Current.CancellationToken);
            if (commits)
            {
                await transaction.CommitAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(["True", "True"], ReadWithLibrdkafka(topic, 2).Select(result => result.Message.Value));
        Assert.Equal(["True", "True"], await outside.Client.ReadValuesAsync(topic, 2, isolation: StreamCoord.Partitions.IsolationLevel.ReadCommitted));
        Assert.Equal(["True", "False", "True"], await outside.Client.ReadValuesAsync(topic, 3));
    }

    private List<ConsumeResult<string?, string?>> ReadWithLibrdkafka(string topic, int count)
    {
        using IConsumer<string?, string?> consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = outside.Kafka,
            GroupId = "unused",
            EnableAutoCommit = false,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Confluent.Kafka.Offset.Beginning));
        List<ConsumeResult<string?, string?>> read = [];
        while (read.Count < count)
        {
            read.Add(consumer.Consume(TestContext.Current.CancellationToken));
        }
        return read;
    }
}
