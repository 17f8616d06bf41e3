using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing;

namespace StreamCoord.Client.Tests.Consuming;

/// <summary>A consumer that is given its partitions: where it begins, where it is, what it leaves out, how much it reads ahead.</summary>
public sealed class ConsumerTests(OutsideFixture outside, ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SeeksPausesAndReadings_GiveEachRecordInItsPlace()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        string topic = await FillAsync(3, 300);
        TopicPartition[] partitions = [.. Enumerable.Range(0, 3).Select(partition => new TopicPartition(topic, partition))];
        await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions { Partitions = partitions, OffsetReset = OffsetReset.Earliest, FetchBytes = 500, PrefetchBytes = 4_000 });
        long[] expected = new long[3];
        HashSet<int> paused = [];
        int steps = 0;
        // It begins to read by itself; positions are known once it does.
        await Eventually.HoldsAsync(() => consumer.Partitions.Count == 3);
        await foreach (ConsumedRecord record in consumer.ReadAsync(Stop))
        {
            int partition = record.Partition.Partition;
            Assert.DoesNotContain(partition, paused);
            Assert.Equal((expected[partition], $"{partition}/{expected[partition]}"), (record.Offset.Value, record.ValueText));
            expected[partition]++;
            if (++steps == 2_000)
            {
                break;
            }
            int other = random.Next(3);
            switch (random.Next(12))
            {
                case 0 when paused.Count < 2:
                    consumer.Pause(partitions[other]);
                    paused.Add(other);
                    break;
                case 1:
                    consumer.Resume(partitions[other]);
                    paused.Remove(other);
                    break;
                case 2:
                    expected[other] = random.Next(60);
                    consumer.Seek(partitions[other], new Offset(expected[other]));
                    break;
            }
            if (expected.Index().All(one => one.Item >= 95 || paused.Contains(one.Index)))
            {
                foreach ((int one, TopicPartition where) in partitions.Index())
                {
                    consumer.Resume(where);
                    consumer.Seek(where, Offset.Zero);
                    expected[one] = 0;
                }
                paused.Clear();
            }
        }
        Assert.Equal(expected.Select(next => new Offset(next)), consumer.Partitions.OrderBy(one => one.Partition.Partition).Select(one => one.Next));
    }

    [Fact]
    public async Task Batches_HaveTheSameRecords()
    {
        string topic = await FillAsync(2, 500, compresses: true);
        await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions
        {
            Partitions = [new(topic, 0), new(topic, 1)],
            OffsetReset = OffsetReset.Earliest,
            FetchBytes = 2_000,
        });
        List<string?> values = [];
        await foreach (ConsumedBatch batch in consumer.ReadBatchesAsync(Stop))
        {
            foreach (ConsumedRecord record in batch)
            {
                Assert.Equal($"{batch.Partition.Partition}/{record.Offset}", record.ValueText);
                values.Add(record.ValueText);
            }
            if (values.Count == 500)
            {
                break;
            }
        }
        Assert.Equal(500, values.Distinct().Count());
    }

    [Fact]
    public async Task Reading_GoesOnWhereItWasLeft_AndOneReadsAtATime()
    {
        string topic = await FillAsync(1, 100);
        await using Consumer consumer = outside.Client.ReadAll(topic);
        List<ConsumedRecord> first = await consumer.TakeAsync(30);
        List<ConsumedRecord> second = await consumer.TakeAsync(70);
        Assert.Equal(Enumerable.Range(0, 100), first.Concat(second).Select(record => (int)record.Offset.Value));
        await using IAsyncEnumerator<ConsumedRecord> reader = consumer.ReadAsync(Stop).GetAsyncEnumerator(Stop);
        ValueTask<bool> waiting = reader.MoveNextAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.TakeAsync(1));
        await using Producer producer = outside.Client.CreateProducer();
        await producer.ProduceAsync(topic, OutgoingRecord.Of(null, "next"), Stop);
        Assert.True(await waiting);
        Assert.Equal("next", reader.Current.ValueText);
    }

    [Fact]
    public async Task ReadingAhead_IsBounded()
    {
        string topic = await FillAsync(1, 100, valueBytes: 1_000);
        await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions
        {
            Partitions = [new(topic, 0)],
            OffsetReset = OffsetReset.Earliest,
            FetchBytes = 10_000,
            PrefetchBytes = 10_000,
        });
        await Eventually.HoldsAsync(() => consumer.PrefetchedBytes > 0);
        Assert.Equal(100, (await consumer.TakeAsync(100)).Count);
        Assert.InRange(consumer.PrefetchedBytes, 0, 40_000);
    }

    [Fact]
    public async Task WhereToBegin_IsTheResetPolicys()
    {
        string topic = await FillAsync(1, 10);
        await outside.Client.Topics.DeleteRecordsAsync(new TopicPartition(topic, 0), new Offset(4), Stop);
        await using Consumer earliest = outside.Client.ReadAll(topic);
        Assert.Equal(4, (await earliest.TakeAsync(1))[0].Offset.Value);
        earliest.Seek(new TopicPartition(topic, 0), Offset.Zero);
        Assert.Equal(4, (await earliest.TakeAsync(1))[0].Offset.Value);

        await using Consumer latest = outside.Client.CreateConsumer(new ConsumerOptions { Partitions = [new(topic, 0)] });
        await Eventually.HoldsAsync(() => latest.Partitions is [{ Next.Value: 10 }]);
        await using Producer producer = outside.Client.CreateProducer();
        await producer.ProduceAsync(topic, OutgoingRecord.Of(null, "new"), Stop);
        Assert.Equal("new", (await latest.TakeAsync(1))[0].ValueText);
        await latest.SeekToTimeAsync(new TopicPartition(topic, 0), 1_700_000_000_006, Stop);
        Assert.Equal(6, (await latest.TakeAsync(1))[0].Offset.Value);

        await using Consumer none = outside.Client.CreateConsumer(new ConsumerOptions { Partitions = [new(topic, 0)], OffsetReset = OffsetReset.None });
        OffsetGoneException gone = await Assert.ThrowsAsync<OffsetGoneException>(() => none.TakeAsync(1));
        Assert.Equal(Offset.None, gone.Offset);
        none.Seek(new TopicPartition(topic, 0), new Offset(2));
        Assert.Equal((2, 4), (await Assert.ThrowsAsync<OffsetGoneException>(() => none.TakeAsync(1)) is var below ? (below.Offset.Value, below.LogStart.Value) : default));
        none.Seek(new TopicPartition(topic, 0), new Offset(5));
        Assert.Equal(5, (await none.TakeAsync(1))[0].Offset.Value);
    }

    [Fact]
    public async Task Lag_IsWhatIsLeft()
    {
        string topic = await FillAsync(1, 50);
        await using Consumer consumer = outside.Client.ReadAll(topic);
        await consumer.TakeAsync(20);
        Assert.Equal(30, Assert.Single(consumer.Partitions).Lag);
    }

    [Fact]
    public async Task APartitionThatDoesNotExist_IsSaidSo()
    {
        string topic = await outside.CreateTopicAsync();
        await using Consumer consumer = outside.Client.ReadAll(topic, 2);
        StreamCoordException failure = await Assert.ThrowsAsync<StreamCoordException>(() => consumer.TakeAsync(1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, failure.Code);
        Assert.Contains($"partition 1 of a topic '{topic}'", failure.Message);
        Assert.Throws<StreamCoordException>(() => consumer.Seek(new TopicPartition("other", 0), Offset.Zero));
    }

    [Fact]
    public async Task WithAGroup_AConsumerOfGivenPartitions_CommitsAndGoesOn()
    {
        (string topic, string group) = (await FillAsync(1, 40), outside.NewName());
        var options = new ConsumerOptions { GroupId = group, Partitions = [new(topic, 0)], OffsetReset = OffsetReset.Earliest };
        await using (Consumer first = outside.Client.CreateConsumer(options))
        {
            await first.TakeAsync(15);
        }
        // The last record was in hand when the reading ended, and is not taken for processed.
        Assert.Equal(14, Assert.Single(await outside.Client.Groups.ListOffsetsAsync(group, Stop)).Offset.Value);
        await using (Consumer second = outside.Client.CreateConsumer(options))
        {
            Assert.Equal(14, (await second.TakeAsync(6))[0].Offset.Value);
            await second.CommitAsync(Stop);
            Assert.Equal(20, Assert.Single(await second.FetchCommittedAsync([new TopicPartition(topic, 0)], Stop)).Offset.Value);
        }
        await using Consumer groupless = outside.Client.ReadAll(topic);
        await Assert.ThrowsAsync<InvalidOperationException>(() => groupless.CommitAsync(Stop));
    }

    [Fact]
    public async Task AClosedConsumer_EndsTheReading()
    {
        string topic = await FillAsync(1, 1);
        Consumer consumer = outside.Client.ReadAll(topic);
        await using IAsyncEnumerator<ConsumedRecord> reader = consumer.ReadAsync(Stop).GetAsyncEnumerator(Stop);
        Assert.True(await reader.MoveNextAsync());
        Task<bool> waiting = reader.MoveNextAsync().AsTask();
        await consumer.DisposeAsync();
        Assert.False(await waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => consumer.TakeAsync(1));
    }

    /// <summary>A topic with records that say where they are.</summary>
    private async Task<string> FillAsync(int partitions, int count, bool compresses = false, int valueBytes = 0)
    {
        string topic = await outside.CreateTopicAsync(partitions);
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions
        {
            BatchBytes = 1_024,
            Compression = compresses ? Records.CompressionCodec.Zstd : Records.CompressionCodec.None,
        });
        for (int i = 0; i < count; i++)
        {
            await producer.SendAsync(topic, OutgoingRecord.Of(null, $"{i % partitions}/{i / partitions}".PadRight(valueBytes)) with { Partition = i % partitions, TimestampMs = 1_700_000_000_000 + i }, Stop);
        }
        return topic;
    }
}
