using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Client.Tests.Producing;

/// <summary>Transactions: all of it or nothing, with offsets, fenced, and after lost answers; from outside of the cluster and inside a silo.</summary>
public sealed class TransactionTests(OutsideFixture outside, InsideSilo silo) : IClassFixture<InsideSilo>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AReaderOfCommittedRecords_SeesAllOfATransactionOrNothing()
    {
        string topic = await outside.CreateTopicAsync(2);
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = outside.NewName() });
        List<string> expected = [];
        for (int round = 0; round < 6; round++)
        {
            await using ProducerTransaction transaction = await producer.BeginTransactionAsync(Stop);
            for (int i = 0; i < 5; i++)
            {
                await producer.SendAsync(topic, OutgoingRecord.Of($"{i}", $"{round}/{i}"), Stop);
            }
            switch (round % 3)
            {
                case 0:
                    await transaction.CommitAsync(Stop);
                    expected.AddRange(Enumerable.Range(0, 5).Select(i => $"{round}/{i}"));
                    break;
                case 1:
                    await producer.FlushAsync(Stop);
                    await transaction.AbortAsync(Stop);
                    break;
            }
        }
        await using (ProducerTransaction empty = await producer.BeginTransactionAsync(Stop))
        {
            await empty.CommitAsync(Stop);
        }

        List<string?> read = await outside.Client.ReadValuesAsync(topic, expected.Count, 2, IsolationLevel.ReadCommitted);
        Assert.Equal(expected.Order(), read.Order());
    }

    [Fact]
    public async Task AZombie_IsFenced()
    {
        string topic = await outside.CreateTopicAsync();
        string id = outside.NewName();
        await using Producer zombie = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = id });
        await zombie.BeginTransactionAsync(Stop);
        await zombie.ProduceNowAsync(topic, "of the zombie");
        await using Producer successor = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = id });
        await using ProducerTransaction transaction = await successor.BeginTransactionAsync(Stop);
        await successor.ProduceNowAsync(topic, "of the successor");
        await transaction.CommitAsync(Stop);

        ProducerFencedException late = await Assert.ThrowsAsync<ProducerFencedException>(() => zombie.ProduceNowAsync(topic, "late"));
        Assert.Contains(id, late.Message);
        await Assert.ThrowsAsync<ProducerFencedException>(() => zombie.SendAsync(topic, OutgoingRecord.Of(null, "later"), Stop).AsTask());
        await Assert.ThrowsAsync<ProducerFencedException>(() => zombie.BeginTransactionAsync(Stop));
        Assert.Equal(["of the successor"], await outside.Client.ReadValuesAsync(topic, 1, isolation: IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task AZombieThatOnlyCommits_IsFenced()
    {
        string topic = await outside.CreateTopicAsync();
        string id = outside.NewName();
        await using Producer zombie = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = id });
        ProducerTransaction transaction = await zombie.BeginTransactionAsync(Stop);
        await zombie.ProduceNowAsync(topic, "of the zombie");
        await using Producer successor = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = id });
        await successor.InitTransactionsAsync(Stop);

        await Assert.ThrowsAsync<ProducerFencedException>(() => transaction.CommitAsync(Stop));
    }

    [Fact]
    public async Task WhatIsReadAndWhatIsWrittenFromIt_CountTogether()
    {
        (string source, string target, string group) = (await outside.CreateTopicAsync(), await outside.CreateTopicAsync(), outside.NewName());
        await using (Producer feeder = outside.Client.CreateProducer())
        {
            for (int i = 0; i < 30; i++)
            {
                await feeder.SendAsync(source, OutgoingRecord.Of(null, $"{i}"), Stop);
            }
        }
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = outside.NewName() });
        // Three lives of an app: the second one ends in the middle.
        foreach (bool dies in (bool[])[false, true, false])
        {
            await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions
            {
                GroupId = group,
                Topics = [source],
                OffsetReset = OffsetReset.Earliest,
                CommitsItself = false,
                Isolation = IsolationLevel.ReadCommitted,
            });
            await using ProducerTransaction transaction = await producer.BeginTransactionAsync(Stop);
            foreach (ConsumedRecord record in await consumer.TakeAsync(10))
            {
                await producer.SendAsync(target, OutgoingRecord.Of(null, $"of {record.ValueText}"), Stop);
            }
            await transaction.SendOffsetsAsync(consumer.GroupMetadata, consumer.Positions, Stop);
            if (!dies)
            {
                await transaction.CommitAsync(Stop);
            }
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"of {i}"), await outside.Client.ReadValuesAsync(target, 20, isolation: IsolationLevel.ReadCommitted));
        Assert.Equal(20, Assert.Single(await outside.Client.Groups.ListOffsetsAsync(group, Stop)).Offset.Value);
    }

    [Fact]
    public async Task AMemberThatIsNoneAnyMore_CannotCommitInATransaction()
    {
        string topic = await outside.CreateTopicAsync();
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = outside.NewName() });
        await using ProducerTransaction transaction = await producer.BeginTransactionAsync(Stop);
        TransactionFailedException failure = await Assert.ThrowsAsync<TransactionFailedException>(() => transaction.SendOffsetsAsync(
            new ConsumerGroupMetadata(outside.NewName(), "nobody", 3), [new OffsetToCommit(new TopicPartition(topic, 0), new Offset(1), LeaderEpoch.Unknown, null)], Stop));
        Assert.Contains("Abort", failure.Message);
        await Assert.ThrowsAsync<TransactionFailedException>(() => transaction.CommitAsync(Stop));
        await transaction.AbortAsync(Stop);
    }

    [Fact]
    public async Task OutsideOfATransaction_NothingIsSent()
    {
        string topic = await outside.CreateTopicAsync();
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { TransactionalId = outside.NewName() });
        Assert.Contains(nameof(Producer.BeginTransactionAsync), (await Assert.ThrowsAsync<StreamCoordException>(() => producer.SendAsync(topic, default, Stop).AsTask())).Message);
        await using ProducerTransaction open = await producer.BeginTransactionAsync(Stop);
        await Assert.ThrowsAsync<StreamCoordException>(() => producer.BeginTransactionAsync(Stop));
        await using Producer plain = outside.Client.CreateProducer();
        Assert.Contains(nameof(ProducerOptions.TransactionalId), (await Assert.ThrowsAsync<InvalidOperationException>(() => plain.BeginTransactionAsync(Stop))).Message);
    }

    [Fact]
    public async Task InsideASilo_LostAnswersChangeNothing_AndARefusedRecordAbortsAll()
    {
        await silo.CreateTopicAsync("inside", 3);
        await silo.Client.Topics.CreateAsync("keyed", 1, configs: new Dictionary<string, string> { ["cleanup.policy"] = "compact" }, cancellationToken: Stop);
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { TransactionalId = "inside" });
        silo.Gate.Faults = number => number % 8 < 4 ? (AppendFault)(number % 4) : AppendFault.None;
        for (int round = 0; round < 4; round++)
        {
            await using ProducerTransaction transaction = await producer.BeginTransactionAsync(Stop);
            for (int i = 0; i < 20; i++)
            {
                await producer.SendAsync("inside", OutgoingRecord.Of($"{i}", $"{round}/{i}"), Stop);
            }
            if (round % 2 == 1)
            {
                Delivery refused = await producer.SendAsync("keyed", OutgoingRecord.Of(null, "no key"), Stop);
                await Assert.ThrowsAsync<TransactionFailedException>(() => transaction.CommitAsync(Stop));
                await Assert.ThrowsAsync<DeliveryFailedException>(() => refused.WaitAsync(Stop).AsTask());
                await transaction.AbortAsync(Stop);
                continue;
            }
            await transaction.CommitAsync(Stop);
        }
        silo.Gate.Faults = null;

        List<string?> read = await silo.Client.ReadValuesAsync("inside", 40, 3, IsolationLevel.ReadCommitted);
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => (string[])[$"0/{i}", $"2/{i}"]).Order(), read.Order());
    }
}
