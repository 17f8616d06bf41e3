using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Partitions;
using StreamCoord.Testing;

namespace StreamCoord.Client.Tests.Producing;

/// <summary>What a producer promises when partitions are slow, answers get lost, and the buffer is full: inside a silo, with a gate before the partitions.</summary>
public sealed class ProducerTests(InsideSilo silo, ITestOutputHelper output) : IClassFixture<InsideSilo>, IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        silo.Gate.Faults = null;
        silo.Gate.Open();
    }

    [Fact]
    public async Task RecordsAreThereOnceAndInOrder_WhateverAnswersGetLost()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await silo.CreateTopicAsync("faulty", 3);
        silo.Gate.Faults = _ =>
        {
            lock (random)
            {
                return random.Next(3) == 0 ? (AppendFault)random.Next(1, 4) : AppendFault.None;
            }
        };
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { LingerMs = 1, BatchBytes = 1_024 });
        List<Delivery> deliveries = [];
        for (int i = 0; i < 3_000; i++)
        {
            deliveries.Add(await producer.SendAsync("faulty", OutgoingRecord.Of($"{i % 50}", $"{i}"), Stop));
        }
        Dictionary<(int, long), int> reported = [];
        for (int i = 0; i < deliveries.Count; i++)
        {
            DeliveryReport report = await deliveries[i].WaitAsync(Stop);
            reported.Add((report.Partition.Partition, report.Offset.Value), i);
        }
        silo.Gate.Faults = null;

        await using Consumer consumer = silo.Client.ReadAll("faulty", 3);
        List<ConsumedRecord> read = await consumer.TakeAsync(3_000);
        Assert.Equal(reported.OrderBy(pair => pair.Key), read.ToDictionary(record => (record.Partition.Partition, record.Offset.Value), record => int.Parse(record.ValueText!)).OrderBy(pair => pair.Key));
        Assert.All(read.GroupBy(record => record.KeyText), key => Assert.Equal(key.Select(record => int.Parse(record.ValueText!)).Order(), key.Select(record => int.Parse(record.ValueText!))));
        Assert.Equal(3_000, (await Task.WhenAll(Enumerable.Range(0, 3).Select(partition => silo.Client.Topics.DescribeAsync(new TopicPartition("faulty", partition), Stop)))).Sum(partition => partition.LogEndOffset.Value));
    }

    [Fact]
    public async Task WithoutIdempotence_NothingIsSentTwice()
    {
        await silo.CreateTopicAsync("once");
        int before = silo.Gate.Appends;
        silo.Gate.Faults = _ => AppendFault.LostAnswer;
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { IsIdempotent = false });
        DeliveryFailedException failure = await Assert.ThrowsAsync<DeliveryFailedException>(() => producer.ProduceAsync("once", OutgoingRecord.Of(null, "a"), Stop).AsTask());
        Assert.Equal((ErrorCode.RequestTimedOut, true), (failure.Code, failure.MayBeWritten));
        Assert.Equal(before + 1, silo.Gate.Appends);
    }

    [Fact]
    public async Task WhoeverSendsMoreThanTheBufferHolds_Waits()
    {
        await silo.CreateTopicAsync("slow", 2);
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { BufferBytes = 128 * 1024, RecordBytesMax = 64 * 1024, BatchBytes = 32 * 1024, LingerMs = 600_000 });
        await producer.ProduceNowAsync("slow", "first");
        silo.Gate.Close();
        byte[] value = new byte[10_000];
        List<Task<Delivery>> sends = [];
        for (int i = 0; i < 40; i++)
        {
            sends.Add(producer.SendAsync("slow", OutgoingRecord.Of(null, value), Stop).AsTask());
        }
        Assert.InRange(sends.Count(send => send.IsCompletedSuccessfully), 1, 13);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<Delivery> givenUp = producer.SendAsync("slow", OutgoingRecord.Of(null, value), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);

        silo.Gate.Open();
        Delivery[] deliveries = await Task.WhenAll(sends);
        await producer.FlushAsync(Stop);
        foreach (Delivery delivery in deliveries)
        {
            await delivery.WaitAsync(Stop);
        }
        Assert.Equal(128 * 1024, producer.FreeBufferBytes);
        Assert.Equal(41, (await silo.Client.ReadValuesAsync("slow", 41, 2)).Count);
    }

    [Fact]
    public async Task WhileABatchIsOnItsWay_TheNextGathers()
    {
        await silo.CreateTopicAsync("gathers");
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { LingerMs = 0 });
        await producer.ProduceNowAsync("gathers", "first");
        int before = silo.Gate.Appends;
        silo.Gate.Close();
        Delivery head = await producer.SendAsync("gathers", OutgoingRecord.Of(null, "head"), Stop);
        await Eventually.HoldsAsync(() => silo.Gate.Appends == before + 1);
        for (int i = 0; i < 500; i++)
        {
            await producer.SendAsync("gathers", OutgoingRecord.Of(null, $"{i}"), Stop);
        }
        Assert.False(head.IsSettled);
        silo.Gate.Open();
        await producer.FlushAsync(Stop);
        Assert.Equal(before + 2, silo.Gate.Appends);
    }

    [Fact]
    public async Task WhatTheTopicDoesNotTake_IsRefused_AndTheNextRecordsAreDelivered()
    {
        await silo.Client.Topics.CreateAsync("compacted", 1, configs: new Dictionary<string, string> { ["cleanup.policy"] = "compact", ["max.message.bytes"] = "2000" }, cancellationToken: Stop);
        List<(TopicPartition, int, ErrorCode)> failed = [];
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { DeliveryFailed = (partition, count, failure) => failed.Add((partition, count, failure.Code)) });

        DeliveryFailedException keyless = await Assert.ThrowsAsync<DeliveryFailedException>(() => producer.ProduceAsync("compacted", OutgoingRecord.Of(null, "a"), Stop).AsTask());
        StreamCoordException large = await Assert.ThrowsAsync<StreamCoordException>(() => producer.ProduceAsync("compacted", OutgoingRecord.Of("k", new string('x', 3_000)), Stop).AsTask());
        DeliveryReport[] taken = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => producer.ProduceAsync("compacted", OutgoingRecord.Of("k", new string('x', 100)), Stop).AsTask()));

        Assert.Equal((ErrorCode.InvalidRecord, false), (keyless.Code, keyless.MayBeWritten));
        Assert.Equal(ErrorCode.MessageTooLarge, large.Code);
        Assert.Contains("max.message.bytes", large.Message);
        Assert.Equal(Enumerable.Range(0, 100), taken.Select(report => (int)report.Offset.Value));
        Assert.Equal([(new TopicPartition("compacted", 0), 1, ErrorCode.InvalidRecord)], failed);
        await Assert.ThrowsAsync<StreamCoordException>(() => producer.ProduceAsync("compacted", new OutgoingRecord { Partition = 7 }, Stop).AsTask());
        await Assert.ThrowsAsync<StreamCoordException>(() => producer.ProduceAsync("bad name", new OutgoingRecord(), Stop).AsTask());
    }

    [Fact]
    public async Task WithoutAnAnswerInTime_TheDeliveryFails_AndTheNextOneIsSentUnderANewId()
    {
        await silo.CreateTopicAsync("mute");
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { DeliveryTimeoutMs = 100, LingerMs = 0 });
        DeliveryReport first = await producer.ProduceAsync("mute", OutgoingRecord.Of(null, "a"), Stop);
        silo.Gate.Faults = _ => AppendFault.LostRequest;
        DeliveryFailedException failure = await Assert.ThrowsAsync<DeliveryFailedException>(() => producer.ProduceAsync("mute", OutgoingRecord.Of(null, "b"), Stop).AsTask());
        silo.Gate.Faults = null;
        DeliveryReport second = await producer.ProduceAsync("mute", OutgoingRecord.Of(null, "c"), Stop);

        Assert.True(failure.MayBeWritten);
        Assert.Equal((0, 1), (first.Offset.Value, second.Offset.Value));
        Assert.Equal(["a", "c"], await silo.Client.ReadValuesAsync("mute", 2));
    }

    [Fact]
    public async Task RecordsWithoutAKey_FillABatchOfOnePartition_AndMoveOn()
    {
        await silo.CreateTopicAsync("sticky", 4);
        await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { BatchBytes = 1_024, LingerMs = 600_000 });
        List<int> partitions = [];
        for (int i = 0; i < 200; i++)
        {
            partitions.Add((await producer.SendAsync("sticky", OutgoingRecord.Of(null, new string('x', 100)), Stop)).Partition.Partition);
        }
        Assert.Equal(4, partitions.Distinct().Count());
        Assert.InRange(partitions.Zip(partitions.Skip(1)).Count(pair => pair.First != pair.Second), 10, 40);
    }

    [Fact]
    public async Task WithLesserAcks_RecordsAreWritten()
    {
        await silo.CreateTopicAsync("acks");
        foreach (RequiredAcks acks in (RequiredAcks[])[RequiredAcks.Leader, RequiredAcks.None])
        {
            await using Producer producer = silo.Client.CreateProducer(new ProducerOptions { IsIdempotent = false, Acks = acks });
            DeliveryReport report = await producer.ProduceAsync("acks", OutgoingRecord.Of(null, $"{acks}"), Stop);
            Assert.Equal(new TopicPartition("acks", 0), report.Partition);
        }
        Assert.Equal(["Leader", "None"], await silo.Client.ReadValuesAsync("acks", 2));
    }

    [Fact]
    public async Task AClosedProducer_HasDelivered_AndTakesNoMore()
    {
        await silo.CreateTopicAsync("closed");
        Producer producer = silo.Client.CreateProducer(new ProducerOptions { LingerMs = 600_000 });
        Delivery delivery = await producer.SendAsync("closed", OutgoingRecord.Of(null, "last"), Stop);
        await producer.DisposeAsync();
        Assert.True(delivery.IsSettled);
        Assert.Equal(0, (await delivery.WaitAsync(Stop)).Offset.Value);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.SendAsync("closed", OutgoingRecord.Of(null, "late"), Stop).AsTask());
    }
}
