using StreamCoord.Log.Segments;
using StreamCoord.Partitions;
using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>Retention, compaction, search by time, and what an idle log holds.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task Maintain_DeletesTheOldestSegmentsAboveRetentionBytes()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("segment.bytes", "500"), ("retention.bytes", "1000"), ("file.delete.delay.ms", "60000")]);
        for (int i = 0; i < 20; i++)
        {
            await harness.AppendAsync(harness.Record(new string('v', 200)));
        }
        await harness.Log.MaintainAsync();
        (long sizeBytes, _) = await harness.Log.MeasureAsync();
        Assert.InRange(sizeBytes, 1000, 1500);
        Assert.NotEqual(0, harness.Log.StartOffset.Value);
        Assert.NotEmpty(harness.Simulated.Find(SegmentFileName.DeletedSuffix));

        harness.Time.Advance(TimeSpan.FromMinutes(1));
        await harness.Log.MaintainAsync();
        Assert.Empty(harness.Simulated.Find(SegmentFileName.DeletedSuffix));
        FetchReply reply = await harness.Log.ReadAsync(Offset.Zero, 1);
        Assert.Equal((ErrorCode.OffsetOutOfRange, harness.Log.StartOffset), (reply.Error, reply.LogStartOffset));
    }

    [Fact]
    public async Task Maintain_DeletesEverythingThatIsTooOld_AlsoTheActiveSegment()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("retention.ms", "1000"));
        await harness.AppendAsync(harness.Record("old"));
        await harness.Log.MaintainAsync();
        Assert.Equal(0, harness.Log.StartOffset.Value);

        harness.Time.Advance(TimeSpan.FromMilliseconds(1001));
        await harness.Log.MaintainAsync();
        Assert.Equal((1L, 1L), (harness.Log.StartOffset.Value, harness.Log.EndOffset.Value));
        await harness.RestartAsync();
        Assert.Equal((1L, 1L), (harness.Log.StartOffset.Value, harness.Log.EndOffset.Value));
        Assert.Equal(1, (await harness.AppendAsync(harness.Record("new"))).BaseOffset.Value);
    }

    [Fact]
    public async Task Maintain_CompactsToTheNewestRecordOfEachKey()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("cleanup.policy", "compact"), ("segment.bytes", "2000"), ("min.cleanable.dirty.ratio", "0.01"), ("delete.retention.ms", "5000")]);
        for (int i = 0; i < 200; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}", $"key {i % 5}"));
        }
        await harness.AppendAsync(harness.Record(null, "key 0"));
        for (int i = 0; i < 40; i++)
        {
            await harness.AppendAsync(harness.Record($"filler {i}", "filler"));
        }
        (long before, _) = await harness.Log.MeasureAsync();
        await harness.Log.MaintainAsync();
        (long after, _) = await harness.Log.MeasureAsync();
        Assert.True(after < before / 3, $"{before} bytes became {after}");

        var newest = (await harness.ReadAllAsync()).GroupBy(pair => pair.Record.Key).ToDictionary(group => group.Key!, group => group.Last());
        Assert.Equal(6, newest.Count);
        Assert.Equal("value 199", newest["key 4"].Record.Value);
        Assert.Equal(199, newest["key 4"].Offset);
        Assert.Null(newest["key 0"].Record.Value);

        // The tombstone goes after its time, at the first pass then.
        harness.Time.Advance(TimeSpan.FromMilliseconds(5001));
        for (int i = 0; i < 40; i++)
        {
            await harness.AppendAsync(harness.Record($"filler {i}", "filler"));
        }
        await harness.Log.MaintainAsync();
        Assert.DoesNotContain(await harness.ReadAllAsync(), pair => pair.Record.Key == "key 0");
        await harness.CrashAsync(new Random(1));
        Assert.DoesNotContain(await harness.ReadAllAsync(), pair => pair.Record.Key == "key 0");
        Assert.Empty((await harness.Log.VerifyAsync()).Damage);
    }

    [Fact]
    public async Task Maintain_CompactsMoreKeysThanFitInMemory_InSeveralPasses()
    {
        await using LogHarness harness = await LogHarness.StartAsync(
            options: new LogOptions { CompactionKeysMax = 1_000, MaintenanceBytesPerSecond = 0, AppendThreads = 1, ReadThreads = 1 },
            configs: [("cleanup.policy", "compact"), ("segment.bytes", "8000"), ("min.cleanable.dirty.ratio", "0"), ("flush.messages", "1000000")]);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                await harness.AppendAsync(Enumerable.Range(0, 10).Select(j => harness.Record($"round {round}", $"key {i * 10 + j}")));
            }
        }
        for (int pass = 0; pass < 10; pass++)
        {
            await harness.Log.MaintainAsync();
        }
        var left = await harness.ReadAllAsync(maxBytes: 100_000);
        Assert.Equal(3000, left.Select(pair => pair.Record.Key).Distinct().Count());
        Assert.True(left.Count < 3300, $"{left.Count} records are left");
        Assert.All(left.GroupBy(pair => pair.Record.Key), group => Assert.Equal("round 1", group.Last().Record.Value));
    }

    [Fact]
    public async Task Maintain_DoesNothing_WhileItPauses()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("cleanup.policy", "compact"), ("segment.bytes", "400"), ("min.cleanable.dirty.ratio", "0")]);
        foreach (string key in new[] { "a", "a", "b", "a", "c" })
        {
            await harness.AppendAsync(harness.Record(new string('v', 50), key));
        }
        var other = Guid.NewGuid();
        harness.Pause.Extend(Guid.NewGuid(), TimeSpan.FromSeconds(60));
        harness.Pause.Extend(other, TimeSpan.FromSeconds(90));
        harness.Pause.End(other);
        harness.Time.Advance(TimeSpan.FromSeconds(59));
        await harness.Log.MaintainAsync();
        Assert.Equal([0L, 1, 2, 3, 4], (await harness.ReadAllAsync()).Select(pair => pair.Offset));

        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await harness.Log.MaintainAsync();
        Assert.Equal([1L, 2, 3, 4], (await harness.ReadAllAsync()).Select(pair => pair.Offset));
    }

    // Found by the model test with seed 1127418929: the compacted segment became the active one, and its gaps looked like damage.
    [Fact]
    public async Task Truncate_ToTheStartOfTheActiveSegment_KeepsWhatCompactionLeft()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("cleanup.policy", "compact"), ("segment.bytes", "400"), ("min.cleanable.dirty.ratio", "0")]);
        foreach (string key in new[] { "a", "a", "b", "a", "c" })
        {
            await harness.AppendAsync(harness.Record(new string('v', 50), key));
        }
        Assert.Equal(2, harness.Simulated.Find(SegmentFileName.LogSuffix).Count);
        await harness.Log.MaintainAsync();
        Assert.Equal([1L, 2, 3, 4], (await harness.ReadAllAsync()).Select(pair => pair.Offset));

        await harness.Log.TruncateAsync(new Offset(3));
        Assert.Equal(3, harness.Log.EndOffset.Value);
        Assert.Equal([1L, 2], (await harness.ReadAllAsync()).Select(pair => pair.Offset));
        await harness.OpenAsync();
        Assert.Equal(3, (await harness.AppendAsync(harness.Record("next", "d"))).BaseOffset.Value);
        Assert.Equal([1L, 2, 3], (await harness.ReadAllAsync()).Select(pair => pair.Offset));
    }

    [Fact]
    public async Task Maintain_DoesNotTouchWhatIsDamaged()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("cleanup.policy", "compact"), ("segment.bytes", "500"), ("min.cleanable.dirty.ratio", "0")]);
        for (int i = 0; i < 20; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}", "key"));
        }
        await harness.Log.CloseAsync();
        string path = harness.Simulated.Find(SegmentFileName.LogSuffix)[0];
        byte[] content = harness.Simulated.Read(path);
        content[70] ^= 1;
        harness.Simulated.Overwrite(path, content);

        await harness.Log.MaintainAsync();
        Assert.Equal(content, harness.Simulated.Read(path));
        DamagedRange damage = Assert.Single((await harness.Log.VerifyAsync()).Damage);
        Assert.Equal((0L, 1L, 0L), (damage.From.Value, damage.To.Value, damage.PositionBytes));
        FetchReply reply = await harness.Log.ReadAsync(Offset.Zero, 1000);
        Assert.Equal((ErrorCode.CorruptMessage, 1L), (reply.Error, reply.SkipTo.Value));
        Assert.Contains("value 1", (await harness.ReadAllAsync(1)).Select(pair => pair.Record.Value));
    }

    [Fact]
    public async Task FindOffset_AgreesWithALookAtEveryRecord()
    {
        int first = TestSeed.Next();
        for (int seed = first; seed < first + 20; seed++)
        {
            await CheckSearchesAsync(new Random(seed), $"seed {seed}");
        }
    }

    [Fact]
    public async Task CloseIfIdle_LeavesNoFileOpen_AndTheNextUseOpensAgain()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("segment.bytes", "300"));
        for (int i = 0; i < 10; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        await harness.ReadAllAsync();
        Assert.False(await harness.Log.CloseIfIdleAsync(TimeSpan.FromSeconds(1)));
        harness.Time.Advance(TimeSpan.FromSeconds(2));
        while (!await harness.Log.CloseIfIdleAsync(TimeSpan.FromSeconds(1)))
        {
            await Task.Yield();
        }
        Assert.False(harness.Log.IsOpen);
        Assert.Equal(0, harness.Simulated.OpenFiles);
        Assert.Equal(10, (await harness.AppendAsync(harness.Record("again"))).BaseOffset.Value);
        Assert.Equal(11, (await harness.ReadAllAsync()).Count);
    }

    [Fact]
    public async Task Epochs_AreKeptAcrossRestartCrashAndTruncation()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("segment.bytes", "200"));
        List<(int Epoch, long Start)> expected = [];
        for (int i = 0; i < 6; i++)
        {
            expected.Add((harness.Log.Epoch.Value, harness.Log.EndOffset.Value));
            await harness.AppendAsync(harness.Record("a"));
            await harness.AppendAsync(harness.Record("b"));
            await (i % 2 == 0 ? harness.RestartAsync() : harness.CrashAsync(new Random(i)));
            Assert.Equal(expected, (await harness.Log.ReadEpochsAsync()).Select(entry => (entry.Epoch.Value, entry.StartOffset.Value)));
        }
        await harness.Log.TruncateAsync(new Offset(5));
        Assert.Equal(expected.Take(3), (await harness.Log.ReadEpochsAsync()).Select(entry => (entry.Epoch.Value, entry.StartOffset.Value)));
    }

    private static async Task CheckSearchesAsync(Random random, string where)
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("segment.bytes", "600"), ("index.interval.bytes", "100")]);
        List<long> timestamps = [];
        for (int i = 0; i < 30; i++)
        {
            TestRecord[] records = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new TestRecord(null, "v", 1000 + random.Next(100)))];
            timestamps.AddRange(records.Select(record => record.TimestampMs));
            await harness.AppendAsync(records);
        }
        int start = random.Next(timestamps.Count);
        await harness.Log.DeleteRecordsAsync(new Offset(start));
        for (long time = 990; time < 1110; time++)
        {
            int expected = timestamps.FindIndex(start, timestamp => timestamp >= time);
            OffsetReply reply = await harness.Log.FindOffsetAsync(time);
            Assert.True(reply.Offset.Value == expected, $"{where}, time {time}: {reply.Offset}, not {expected}");
            Assert.Equal(expected < 0 ? -1 : timestamps[expected], reply.TimestampMs);
        }
        Assert.Equal(start, (await harness.Log.FindOffsetAsync(OffsetTimestamps.Earliest)).Offset.Value);
        Assert.Equal(timestamps.Count, (await harness.Log.FindOffsetAsync(OffsetTimestamps.Latest)).Offset.Value);
        long newest = timestamps.Skip(start).Max();
        long found = (await harness.Log.FindOffsetAsync(OffsetTimestamps.MaxTimestamp)).Offset.Value;
        Assert.True(found == timestamps.FindIndex(start, timestamp => timestamp == newest), $"{where}: the newest is not at {found}");
        Assert.Equal(ErrorCode.UnsupportedVersion, (await harness.Log.FindOffsetAsync(-9)).Error);
    }
}
