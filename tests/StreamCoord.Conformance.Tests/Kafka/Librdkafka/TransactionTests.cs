using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as a producer of transactions.</summary>
public sealed class TransactionTests(SharedSilo silo)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task AReaderOfCommittedRecords_WaitsForTheEnd_AndSeesNothingThatWasAborted()
    {
        string topic = await silo.CreateTopicAsync();
        using IProducer<Null, string> producer = Begin(silo.NewName());
        producer.BeginTransaction();
        await producer.SendAsync(topic, new Message<Null, string> { Value = "aborted" });
        Assert.Empty(Read(topic, IsolationLevel.ReadCommitted));
        Assert.Equal(["aborted"], Read(topic, IsolationLevel.ReadUncommitted));
        producer.AbortTransaction(Limit);

        producer.BeginTransaction();
        await producer.SendAsync(topic, new Message<Null, string> { Value = "committed" });
        producer.CommitTransaction(Limit);

        await Eventually.HoldsAsync(() => Read(topic, IsolationLevel.ReadCommitted) is ["committed"]);
        Assert.Equal(["aborted", "committed"], Read(topic, IsolationLevel.ReadUncommitted));
    }

    [Fact]
    public async Task ASuccessor_FencesItsPredecessor()
    {
        string topic = await silo.CreateTopicAsync();
        string id = silo.NewName();
        using IProducer<Null, string> older = Begin(id);
        older.BeginTransaction();
        await older.SendAsync(topic, new Message<Null, string> { Value = "of the older" });

        using IProducer<Null, string> newer = Begin(id);

        KafkaException fenced = Assert.Throws<KafkaException>(() => older.CommitTransaction(Limit));
        Assert.True(fenced.Error.IsFatal);
        newer.BeginTransaction();
        await newer.SendAsync(topic, new Message<Null, string> { Value = "of the newer" });
        newer.CommitTransaction(Limit);
        await Eventually.HoldsAsync(() => Read(topic, IsolationLevel.ReadCommitted) is ["of the newer"]);
    }

    private IProducer<Null, string> Begin(string id)
    {
        IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = silo.Servers, TransactionalId = id })
            .SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(Limit);
        return producer;
    }

    private string[] Read(string topic, IsolationLevel isolation)
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(
            new ConsumerConfig
            {
                BootstrapServers = silo.Servers,
                GroupId = "unused",
                EnableAutoCommit = false,
                EnablePartitionEof = true,
                IsolationLevel = isolation,
            }).Build();
        consumer.Assign(new KafkaPartitionOffset(topic, 0, KafkaOffset.Beginning));
        return [.. consumer.ReadToEnd().Select(result => result.Message.Value)];
    }
}
