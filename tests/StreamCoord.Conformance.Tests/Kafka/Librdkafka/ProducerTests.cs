using System.Text;
using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as a producer: what it sends is what is read, in every compression and with every acks.</summary>
public sealed class ProducerTests(SharedSilo silo)
{
    private const int Count = 200;

    public static TheoryData<CompressionType, Acks> CompressionsAndAcks => new MatrixTheoryData<CompressionType, Acks>(
        [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd],
        [Acks.None, Acks.Leader, Acks.All]);

    [Theory]
    [MemberData(nameof(CompressionsAndAcks))]
    public async Task WhatIsSent_IsRead_InItsOrder(CompressionType compression, Acks acks)
    {
        string topic = await silo.CreateTopicAsync();
        string[] values = [.. Enumerable.Range(0, Count).Select(i => $"{i} {new string('x', i)}")];
        using (IProducer<string, string> producer = Producer(config => (config.CompressionType, config.Acks) = (compression, acks)))
        {
            DeliveryResult<string, string>[] delivered = await Task.WhenAll(
                values.Select(value => producer.SendAsync(topic, new Message<string, string> { Key = "k", Value = value })));
            Assert.Equal(acks == Acks.None ? PersistenceStatus.PossiblyPersisted : PersistenceStatus.Persisted, delivered.Select(one => one.Status).Distinct().Single());
            if (acks != Acks.None)
            {
                Assert.Equal(Enumerable.Range(0, Count), delivered.Select(one => (int)one.Offset.Value));
            }
        }

        using IConsumer<string, string> consumer = silo.Consumer(new KafkaPartitionOffset(topic, 0, KafkaOffset.Beginning));
        Assert.Equal(values, Enumerable.Range(0, Count).Select(_ => NextRecord(consumer).Message.Value));
    }

    [Fact]
    public async Task Keys_LandWhereMurmur2PutsThem()
    {
        const int partitions = 7;
        string topic = await silo.CreateTopicAsync(partitions);
        string[] keys = [.. Enumerable.Range(0, Count).Select(i => $"key {i * 7919}"), "", "21", "foobar", "a-little-bit-longer-string", "ключ"];
        using IProducer<string, string> producer = Producer(config => config.Partitioner = Confluent.Kafka.Partitioner.Murmur2Random);

        DeliveryResult<string, string>[] delivered = await Task.WhenAll(keys.Select(key => producer.SendAsync(topic, new Message<string, string> { Key = key, Value = "" })));

        Assert.All(delivered, one => Assert.Equal(StreamCoord.Records.Partitioner.ForKey(Encoding.UTF8.GetBytes(one.Key), partitions), one.Partition.Value));
        Assert.Equal(partitions, delivered.Select(one => one.Partition).Distinct().Count());
    }

    [Fact]
    public async Task HeadersAndTimestamps_ComeBack()
    {
        string topic = await silo.CreateTopicAsync();
        var time = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        var headers = new Headers { { "first", "1"u8.ToArray() }, { "empty", [] }, { "null", null }, { "first", "again"u8.ToArray() } };
        using IProducer<string, string> producer = Producer(_ => { });
        await producer.SendAsync(topic, new Message<string, string> { Key = "k", Value = null!, Headers = headers, Timestamp = time });

        using IConsumer<string, string> consumer = silo.Consumer(new KafkaPartitionOffset(topic, 0, KafkaOffset.Beginning));
        Message<string, string> read = NextRecord(consumer).Message;

        Assert.Equal(("k", null, time), (read.Key, read.Value, read.Timestamp));
        Assert.Equal(headers.Select(Show), read.Headers.Select(Show));

        static (string, string) Show(IHeader header) => (header.Key, header.GetValueBytes() is { } bytes ? Convert.ToHexString(bytes) : "null");
    }

    [Fact]
    public async Task LogAppendTime_IsTheSilosClock()
    {
        string topic = await silo.CreateTopicAsync(configs: new() { ["message.timestamp.type"] = "LogAppendTime" });
        using IProducer<string, string> producer = Producer(_ => { });
        DeliveryResult<string, string> delivered = await producer.SendAsync(
            topic, new Message<string, string> { Key = "k", Value = "v", Timestamp = new Timestamp(1_700_000_000_123, TimestampType.CreateTime) });

        using IConsumer<string, string> consumer = silo.Consumer(new KafkaPartitionOffset(topic, 0, KafkaOffset.Beginning));
        Timestamp read = NextRecord(consumer).Message.Timestamp;

        Assert.Equal(TimestampType.LogAppendTime, read.Type);
        Assert.True(read.UnixTimestampMs > 1_700_000_000_123);
        Assert.Equal(read.UnixTimestampMs, delivered.Timestamp.UnixTimestampMs);
    }

    [Fact]
    public async Task ARecordThatIsTooLarge_IsRefused_AndTheNextIsNot()
    {
        string topic = await silo.CreateTopicAsync(configs: new() { ["max.message.bytes"] = "2000" });
        using IProducer<string, string> producer = Producer(_ => { });

        ProduceException<string, string> refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.SendAsync(topic, new Message<string, string> { Key = "k", Value = new string('x', 3000) }));

        Assert.Equal(KafkaError.MsgSizeTooLarge, refused.Error.Code);
        Assert.Equal(0, (await producer.SendAsync(topic, new Message<string, string> { Key = "k", Value = "v" })).Offset.Value);
        Assert.Equal(KafkaError.Local_UnknownPartition, (await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.SendAsync(new KafkaPartition(topic, 5), new Message<string, string> { Key = "k", Value = "v" }))).Error.Code);
    }

    private IProducer<string, string> Producer(Action<ProducerConfig> configure)
    {
        var config = new ProducerConfig { BootstrapServers = silo.Servers, LingerMs = 5 };
        configure(config);
        return new ProducerBuilder<string, string>(config).Build();
    }

    // What was sent without acks may not be there yet when the reader comes to the end.
    private static ConsumeResult<string, string> NextRecord(IConsumer<string, string> consumer)
    {
        ConsumeResult<string, string> result = consumer.Next();
        while (result.IsPartitionEOF)
        {
            result = consumer.Next();
        }
        return result;
    }
}
