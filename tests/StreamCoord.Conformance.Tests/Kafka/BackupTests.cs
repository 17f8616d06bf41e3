using System.Formats.Tar;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>What Kafka clients find in a silo that was restored from a backup.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task DeletedAndCompactedRecords_AreNotBack_AndOffsetsGoOnWhereTheyWere()
    {
        await using (SiloProcess silo = await SiloProcess.StartAsync(_directory.Combine("data"), "--StreamCoord:Log:MaintenanceIntervalMs=100"))
        {
            using IAdminClient admin = AdminOf(silo);
            await admin.CreateTopicsAsync([TopicOf("deleted"), TopicOf("emptied"), TopicOf("compacted", ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"))]);
            await ProduceAsync(silo, "deleted", Enumerable.Range(0, 100).Select(i => ($"{i}", $"value {i}")));
            await ProduceAsync(silo, "emptied", [("a", "1"), ("b", "2"), ("c", "3")]);
            await admin.DeleteRecordsAsync([At("deleted", 40), At("emptied", KafkaOffset.End)]);
            await ProduceAsync(silo, "compacted", Enumerable.Range(0, 100).Select(i => ($"{i % 5}", $"value {i}")));
            await Eventually.HoldsAsync(() => Task.FromResult(Read(silo, "compacted", 99).Count < 100));
            await BackUpAsync(silo);
        }

        await using SiloProcess restored = await RestoreAsync();
        List<ConsumeResult<string, string>> deleted = Read(restored, "deleted", 99);
        Assert.Equal(Enumerable.Range(40, 60).Select(i => (new KafkaOffset(i), $"value {i}")), deleted.Select(result => (result.Offset, result.Message.Value)));
        Assert.Equal(3, (await ProduceAsync(restored, "emptied", [("d", "4")])).Value);
        List<ConsumeResult<string, string>> compacted = Read(restored, "compacted", 99);
        Assert.InRange(compacted.Count, 5, 99);
        Assert.Equal(Enumerable.Range(95, 5).Select(i => (new KafkaOffset(i), $"value {i}")), compacted.TakeLast(5).Select(result => (result.Offset, result.Message.Value)));
        Assert.Equal(100, (await ProduceAsync(restored, "compacted", [("6", "value 100")])).Value);
    }

    [Fact]
    public async Task Groups_GoOnWhereTheyCommitted_AndTransactionsAreWhatTheyWere()
    {
        await using (SiloProcess silo = await SiloProcess.StartAsync(_directory.Combine("data")))
        {
            using IAdminClient admin = AdminOf(silo);
            await admin.CreateTopicsAsync([TopicOf("read"), TopicOf("decided")]);
            await ProduceAsync(silo, "read", Enumerable.Range(0, 10).Select(i => ($"{i}", $"value {i}")));
            using (IConsumer<string, string> member = ConsumerOf(silo, "readers"))
            {
                member.Commit([new KafkaPartitionOffset(new KafkaPartition("read", 0), 7)]);
            }
            using IProducer<string, string> committed = BeginTransaction(silo, "committed");
            committed.CommitTransaction();
            using IProducer<string, string> aborted = BeginTransaction(silo, "aborted");
            aborted.AbortTransaction();
            using IProducer<string, string> open = BeginTransaction(silo, "open");
            await BackUpAsync(silo);
            open.CommitTransaction();
        }

        await using SiloProcess restored = await RestoreAsync();
        using IConsumer<string, string> again = ConsumerOf(restored, "readers");
        Assert.Equal(7, again.Committed([new KafkaPartition("read", 0)], Limit).Single().Offset.Value);
        // The one that was open at the point is aborted when its producer comes back, or its time is over.
        using IProducer<string, string> returned = BeginTransaction(restored, "open");
        returned.CommitTransaction();
        again.Assign(new KafkaPartitionOffset(new KafkaPartition("decided", 0), KafkaOffset.Beginning));
        List<string> values = [];
        while (values.Count < 2)
        {
            ConsumeResult<string, string>? result = again.Consume(Limit);
            Assert.NotNull(result);
            values.Add($"{result.Message.Key} at {result.Offset}");
        }
        // Each transaction is a record and a marker.
        Assert.Equal(["committed at 0", "open at 6"], values);
    }

    private static IAdminClient AdminOf(SiloProcess silo) => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = silo.Kafka }).Build();

    private static TopicSpecification TopicOf(string name, params (string Name, string Value)[] configs) => new()
    {
        Name = name,
        NumPartitions = 1,
        ReplicationFactor = 1,
        Configs = new(configs.Append((Name: "segment.bytes", Value: "1024")).ToDictionary(config => config.Name, config => config.Value)),
    };

    private static KafkaPartitionOffset At(string topic, KafkaOffset offset) => new(new KafkaPartition(topic, 0), offset);

    /// <summary>Produces one after another; returns the offset of the last.</summary>
    private static async Task<KafkaOffset> ProduceAsync(SiloProcess silo, string topic, IEnumerable<(string Key, string Value)> records)
    {
        using IProducer<string, string> producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = silo.Kafka, LingerMs = 0 }).Build();
        KafkaOffset last = KafkaOffset.Unset;
        foreach ((string key, string value) in records)
        {
            last = (await producer.ProduceAsync(topic, new Message<string, string> { Key = key, Value = value }, Cancelled)).Offset;
        }
        return last;
    }

    private static IProducer<string, string> BeginTransaction(SiloProcess silo, string id)
    {
        IProducer<string, string> producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = silo.Kafka, TransactionalId = id }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        producer.InitTransactions(Limit);
        producer.BeginTransaction();
        producer.Produce("decided", new Message<string, string> { Key = id, Value = id });
        producer.Flush(Limit);
        return producer;
    }

    private static IConsumer<string, string> ConsumerOf(SiloProcess silo, string group) => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = silo.Kafka,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    }).Build();

    private static List<ConsumeResult<string, string>> Read(SiloProcess silo, string topic, long last)
    {
        using IConsumer<string, string> consumer = ConsumerOf(silo, "whoever");
        consumer.Assign(new KafkaPartitionOffset(new KafkaPartition(topic, 0), KafkaOffset.Beginning));
        List<ConsumeResult<string, string>> results = [];
        while (results is not [.., { Offset: { Value: var newest } }] || newest < last)
        {
            ConsumeResult<string, string>? result = consumer.Consume(Limit);
            Assert.NotNull(result);
            results.Add(result);
        }
        return results;
    }

    private async Task BackUpAsync(SiloProcess silo)
    {
        using HttpResponseMessage response = await silo.Http.PostAsync("/v1/backups", null, Cancelled);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancelled));
        await TarFile.ExtractToDirectoryAsync(await response.Content.ReadAsStreamAsync(Cancelled), Directory.CreateDirectory(_directory.Combine("restored")).FullName, overwriteFiles: false, Cancelled);
    }

    private Task<SiloProcess> RestoreAsync() => SiloProcess.StartAsync(_directory.Combine("restored"));
}
