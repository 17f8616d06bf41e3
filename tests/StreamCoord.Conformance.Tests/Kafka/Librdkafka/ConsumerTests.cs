using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as a consumer without a group: where it may begin, and what it is told of the log.</summary>
public sealed class ConsumerTests(SharedSilo silo)
{
    private const long Start = 1_700_000_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ItBeginsWhereItIsTold_ByOffset()
    {
        KafkaPartition partition = await WriteAsync(10);

        Assert.Equal(["7", "8", "9"], Values(new(partition, 7)));
        Assert.Empty(Values(new(partition, KafkaOffset.End)));
        Assert.Equal(10, Values(new(partition, KafkaOffset.Beginning)).Length);
    }

    [Fact]
    public async Task ItBeginsWhereItIsTold_ByTime()
    {
        KafkaPartition partition = await WriteAsync(10);
        using IConsumer<string, string> consumer = silo.Consumer();

        Assert.Equal(0, OffsetAt(0));
        Assert.Equal(0, OffsetAt(Start));
        Assert.Equal(4, OffsetAt(Start + 3_001));
        Assert.Equal(9, OffsetAt(Start + 9_000));
        Assert.Equal(KafkaOffset.End, OffsetAt(Start + 9_001));

        KafkaOffset OffsetAt(long timeMs) => consumer.OffsetsForTimes([new TopicPartitionTimestamp(partition, new Timestamp(timeMs, TimestampType.CreateTime))], Limit).Single().Offset;
    }

    [Fact]
    public async Task Watermarks_AreTheEndsOfTheLog()
    {
        KafkaPartition partition = await WriteAsync(10);
        using IConsumer<string, string> consumer = silo.Consumer();
        Assert.Equal((0, 10), Watermarks());

        using IAdminClient admin = silo.Admin();
        await admin.DeleteRecordsAsync([new KafkaPartitionOffset(partition, 3)]);

        Assert.Equal((3, 10), Watermarks());
        Assert.Equal("3", Values(new(partition, KafkaOffset.Beginning))[0]);

        (long, long) Watermarks()
        {
            WatermarkOffsets offsets = consumer.QueryWatermarkOffsets(partition, Limit);
            return (offsets.Low, offsets.High);
        }
    }

    [Fact]
    public async Task APausedPartition_SaysNothing_AndSeekGoesBack()
    {
        KafkaPartition first = await WriteAsync(5);
        KafkaPartition second = await WriteAsync(5);
        using IConsumer<string, string> consumer = silo.Consumer(new KafkaPartitionOffset(first, KafkaOffset.Beginning), new KafkaPartitionOffset(second, KafkaOffset.Beginning));
        consumer.Pause([first]);
        Assert.All(consumer.ReadToEnd(), result => Assert.Equal(second, result.TopicPartition));

        consumer.Resume([first]);
        Assert.Equal(["0", "1", "2", "3", "4"], consumer.ReadToEnd().Select(result => result.Message.Value));
        consumer.Seek(new(first, 2));
        Assert.Equal(["2", "3", "4"], consumer.ReadToEnd().Select(result => result.Message.Value));
    }

    [Fact]
    public async Task AnOffsetThatIsNotThere_IsReset_AsTheConsumerWants()
    {
        KafkaPartition partition = await WriteAsync(5);
        using IConsumer<string, string> strict = new ConsumerBuilder<string, string>(
            new ConsumerConfig
            {
                BootstrapServers = silo.Servers,
                GroupId = "unused",
                AutoOffsetReset = AutoOffsetReset.Error,
            }).SetLogHandler((_, _) => { }).Build();
        strict.Assign(new KafkaPartitionOffset(partition, 77));

        Assert.Equal(KafkaError.Local_AutoOffsetReset, Assert.Throws<ConsumeException>(strict.Next).Error.Code);
        Assert.Empty(Values(new(partition, 77)));
    }

    // Ten records, a second apart.
    private async Task<KafkaPartition> WriteAsync(int count)
    {
        string topic = await silo.CreateTopicAsync();
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = silo.Servers }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.SendAsync(
            topic, new Message<Null, string> { Value = $"{i}", Timestamp = new Timestamp(Start + (i * 1_000), TimestampType.CreateTime) })));
        return new KafkaPartition(topic, 0);
    }

    private string[] Values(KafkaPartitionOffset from)
    {
        using IConsumer<string, string> consumer = silo.Consumer(from);
        return [.. consumer.ReadToEnd().Select(result => result.Message.Value)];
    }
}
