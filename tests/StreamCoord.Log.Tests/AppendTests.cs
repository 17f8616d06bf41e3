using StreamCoord.Log.Segments;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Tests;

/// <summary>What an append does to batches, what it refuses and what it waits for.</summary>
public sealed class AppendTests
{
    [Fact]
    public async Task Append_StoresTheBatchAsItCame_ButForOffsetAndEpoch()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("first"));
        using RecordData sent = TestRecord.Batch(harness.Record("second", "key"), harness.Record(null, "key"));
        byte[] expected = sent.Bytes.ToArray();
        BatchPatch.SetBaseOffset(expected, new Offset(1));
        BatchPatch.SetLeaderEpoch(expected, harness.Log.Epoch);

        AppendReply reply = await harness.Log.AppendAsync(sent, RequiredAcks.All);

        Assert.Equal((1, 2), (reply.BaseOffset.Value, reply.LastOffset.Value));
        FetchReply fetched = await harness.Log.ReadAsync(new Offset(1), 1);
        Assert.Equal(expected, fetched.Data.Bytes.ToArray());
    }

    [Fact]
    public async Task Append_OfManyCallers_IsOneFlushForAGroup()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("first"));
        int before = harness.Simulated.FlushCount;

        AppendReply[] replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => harness.AppendAsync(harness.Record($"value {i}")))));

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), replies.Select(reply => reply.BaseOffset.Value).Order());
        Assert.InRange(harness.Simulated.FlushCount - before, 1, 199);
    }

    [Fact]
    public async Task Append_BehindAGroup_EndsAlsoWhereTheClockStandsStill()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        harness.Simulated.OnFlush = () => harness.Time.Advance(TimeSpan.FromSeconds(1));
        // So many that some of them share a flush.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => harness.AppendAsync(harness.Record($"value {i}")))));

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(harness.Record("alone")).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Error);
        }
    }

    [Fact]
    public async Task Append_WithAcksLeader_IsSeenAfterTheFlushInterval()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("flush.ms", "500"));
        AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(harness.Record("value")), RequiredAcks.Leader);
        Assert.Equal(ErrorCode.None, reply.Error);
        Assert.Equal(0, harness.Log.HighWatermark.Value);

        await harness.Io.Appends.RunAsync(() => { }); // The timer is armed a moment after the answer.
        harness.Time.Advance(TimeSpan.FromMilliseconds(500));
        await harness.Log.MeasureAsync();
        await harness.Log.TruncateAsync(new Offset(1)); // Behind the flush on the one append thread.

        Assert.Equal(1, harness.Log.HighWatermark.Value);
    }

    [Fact]
    public async Task WaitForRecords_FlushesWhatIsWrittenAndNotFlushed()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.Log.AppendAsync(TestRecord.Batch(harness.Record("value")), RequiredAcks.Leader);

        await harness.Log.WaitForRecordsAsync(Offset.Zero, TestContext.Current.CancellationToken);
        Assert.Single(await harness.ReadAllAsync());
    }

    [Fact]
    public async Task Append_WithoutAnEpoch_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.Log.TruncateAsync(Offset.Zero);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await harness.AppendAsync(harness.Record("value"))).Error);
    }

    [Fact]
    public async Task Append_ThatBreaksARule_IsRefusedAndLeavesNothing()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("max.message.bytes", "300"), ("cleanup.policy", "compact"), ("message.timestamp.after.max.ms", "1000"), ("segment.bytes", "400")]);
        await RefusedAsync(ErrorCode.InvalidRecord, harness.Record("no key"));
        await RefusedAsync(ErrorCode.MessageTooLarge, harness.Record(new string('x', 400), "key"));
        await RefusedAsync(ErrorCode.InvalidTimestamp, new TestRecord("key", "value", harness.NowMs + 2000));
        await RefusedDataAsync(ErrorCode.CorruptMessage, batch => batch[^1] ^= 1);
        await RefusedDataAsync(ErrorCode.UnsupportedForMessageFormat, batch => batch[16] = 1);
        var transactional = new RecordBatchBuilder { ProducerId = 1, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true };
        AppendReply refused = await harness.Log.AppendAsync(TestRecord.Batch(transactional, harness.Record("value", "key")), RequiredAcks.All);
        Assert.Equal(ErrorCode.InvalidTxnState, refused.Error);
        Assert.Equal(ErrorCode.InvalidRecord, (await harness.Log.AppendAsync(RecordData.Empty, RequiredAcks.All)).Error);
        using RecordData valid = TestRecord.Batch(harness.Record(new string('v', 150), "key"));
        Assert.Equal(ErrorCode.InvalidRequiredAcks, (await harness.Log.AppendAsync(valid, (RequiredAcks)7)).Error);
        byte[] threeBatches = [.. valid.Bytes.Span, .. valid.Bytes.Span, .. valid.Bytes.Span];
        Assert.Equal(ErrorCode.RecordListTooLarge, (await harness.Log.AppendAsync(new RecordData(threeBatches), RequiredAcks.All)).Error);
        Assert.Equal(ErrorCode.CorruptMessage, (await harness.Log.AppendAsync(new RecordData(threeBatches.AsMemory(0, threeBatches.Length - 1)), RequiredAcks.All)).Error);

        Assert.Equal(0, harness.Log.EndOffset.Value);
        Assert.Equal(ErrorCode.None, (await harness.Log.AppendAsync(valid, RequiredAcks.All)).Error);

        async Task RefusedAsync(ErrorCode error, TestRecord record)
        {
            AppendReply reply = await harness.AppendAsync(record);
            Assert.Equal(error, reply.Error);
            Assert.NotEmpty(reply.Message!);
        }

        async Task RefusedDataAsync(ErrorCode error, Action<byte[]> spoil)
        {
            byte[] batch = TestRecord.Batch(harness.Record("value", "key")).Bytes.ToArray();
            spoil(batch);
            Assert.Equal(error, (await harness.Log.AppendAsync(new RecordData(batch), RequiredAcks.All)).Error);
        }
    }

    [Fact]
    public async Task Append_WithLogAppendTime_StampsTheLeadersTime()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("message.timestamp.type", "LogAppendTime"));
        AppendReply reply = await harness.AppendAsync(new TestRecord(null, "value", 5), new TestRecord(null, "value", 6));
        Assert.Equal(harness.NowMs, reply.LogAppendTimeMs);
        Assert.All(await harness.ReadAllAsync(), pair => Assert.Equal(harness.NowMs, pair.Record.TimestampMs));
    }

    [Theory]
    [InlineData("gzip", CompressionCodec.Gzip)]
    [InlineData("snappy", CompressionCodec.Snappy)]
    [InlineData("lz4", CompressionCodec.Lz4)]
    [InlineData("zstd", CompressionCodec.Zstd)]
    [InlineData("uncompressed", CompressionCodec.None)]
    public async Task Append_StoresBatchesInTheTopicsCodec(string compressionType, CompressionCodec codec)
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("compression.type", compressionType));
        foreach (CompressionCodec sent in Enum.GetValues<CompressionCodec>())
        {
            TestRecord[] records = [harness.Record(new string('v', 500), "k"), harness.Record(null, "k")];
            AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(new RecordBatchBuilder { Codec = sent }, records), RequiredAcks.All);
            Assert.Equal(ErrorCode.None, reply.Error);
            FetchReply fetched = await harness.Log.ReadAsync(reply.BaseOffset, 1);
            Assert.True(BatchHeader.TryRead(fetched.Data.Bytes.Span, out BatchHeader header));
            Assert.Equal(codec, header.Compression);
            Assert.Equal(records, TestRecord.Decode(fetched.Data.Bytes).Select(pair => pair.Record));
        }
    }

    [Fact]
    public async Task Append_OfAnIdempotentProducer_IsKeptOnceAndInOrder()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("segment.bytes", "400"));
        for (int sequence = 0; sequence < 12; sequence += 2)
        {
            Assert.Equal(sequence, (await ProduceAsync(harness, 0, sequence)).BaseOffset.Value);
        }
        await CheckRulesAsync();
        await harness.RestartAsync();
        await CheckRulesAsync();
        await harness.CrashAsync(new Random(1));
        await CheckRulesAsync();

        Assert.Equal(12, (await ProduceAsync(harness, 1, 0)).BaseOffset.Value);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await ProduceAsync(harness, 0, 12)).Error);

        async Task CheckRulesAsync()
        {
            for (int sequence = 2; sequence < 12; sequence += 2)
            {
                AppendReply again = await ProduceAsync(harness, 0, sequence);
                Assert.Equal((ErrorCode.None, sequence, sequence + 1), (again.Error, again.BaseOffset.Value, again.LastOffset.Value));
            }
            Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await ProduceAsync(harness, 0, 14)).Error);
            Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await ProduceAsync(harness, 1, 12)).Error);
            Assert.Equal(12, harness.Log.EndOffset.Value);
        }
    }

    [Fact]
    public async Task Append_OfADuplicateInFlight_IsAnsweredWithTheOriginal()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Task<AppendReply>[] replies = [.. Enumerable.Range(0, 10).Select(_ => ProduceAsync(harness, 0, 0))];
        Assert.All(await Task.WhenAll(replies), reply => Assert.Equal((ErrorCode.None, 0L), (reply.Error, reply.BaseOffset.Value)));
        Assert.Equal(2, harness.Log.EndOffset.Value);
    }

    [Fact]
    public async Task ReadProducers_TellsWhatIsRemembered_AlsoAfterARestart()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Assert.Empty(await harness.Log.ReadProducersAsync());
        await ProduceAsync(harness, 0, 0);
        await ProduceAsync(harness, 1, 0);
        await ProduceAsync(harness, 1, 2);
        ProducerDescription[] expected = [new ProducerDescription(77, 1, 3, harness.NowMs, -1, Offset.None)];
        Assert.Equal(expected, await harness.Log.ReadProducersAsync());
        await harness.RestartAsync();
        Assert.Equal(expected, await harness.Log.ReadProducersAsync());
    }

    [Fact]
    public async Task Append_RollsBySizeTimeAndIndex()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("segment.bytes", "1000"), ("segment.ms", "1000"), ("index.interval.bytes", "0"), ("segment.index.bytes", "100")]);
        await harness.AppendAsync(harness.Record(new string('a', 400)));
        await harness.AppendAsync(harness.Record(new string('b', 400)));
        Assert.Single(harness.Simulated.Find(SegmentFileName.LogSuffix));
        await harness.AppendAsync(harness.Record(new string('c', 400)));
        Assert.Equal(2, harness.Simulated.Find(SegmentFileName.LogSuffix).Count);
        harness.Time.Advance(TimeSpan.FromMilliseconds(1001));
        await harness.AppendAsync(harness.Record("by time"));
        Assert.Equal(3, harness.Simulated.Find(SegmentFileName.LogSuffix).Count);
        for (int i = 0; i < 6; i++)
        {
            await harness.AppendAsync(harness.Record("i"));
        }
        Assert.Equal(4, harness.Simulated.Find(SegmentFileName.LogSuffix).Count);
        Assert.Equal(10, (await harness.ReadAllAsync()).Count);
    }

    private static Task<AppendReply> ProduceAsync(LogHarness harness, short epoch, int sequence) => harness.Log.AppendAsync(
        TestRecord.Batch(new RecordBatchBuilder { ProducerId = 77, ProducerEpoch = epoch, BaseSequence = sequence }, harness.Record("a"), harness.Record("b")),
        RequiredAcks.All);

    [Theory]
    [InlineData("gzip", "compression.gzip.level", "1", "9")]
    [InlineData("lz4", "compression.lz4.level", "1", "17")]
    [InlineData("zstd", "compression.zstd.level", "-100", "19")]
    public async Task Append_CompressesAsHardAsTheTopicAsks(string codec, string config, string low, string high)
    {
        var random = new Random(5);
        string text = string.Join(' ', Enumerable.Range(0, 4_000).Select(_ => $"word{random.Next(300)}"));
        Assert.True(await SizeAsync(high) < await SizeAsync(low));

        async Task<long> SizeAsync(string level)
        {
            await using LogHarness harness = await LogHarness.StartAsync(configs: [("compression.type", codec), (config, level)]);
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(harness.Record(text))).Error);
            Assert.Equal(text, Assert.Single(await harness.ReadAllAsync(maxBytes: 1_000_000)).Record.Value);
            return (await harness.Log.MeasureAsync()).SizeBytes;
        }
    }
}
