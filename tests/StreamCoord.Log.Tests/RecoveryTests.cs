using StreamCoord.Log.Segments;
using StreamCoord.Partitions;
using StreamCoord.Testing;
using StreamCoord.Testing.Disk;

namespace StreamCoord.Log.Tests;

/// <summary>What is left after files were cut, damaged or only half changed.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task Open_AfterACutAtEveryByte_KeepsTheWholeBatchesBeforeIt()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        List<int> ends = [0];
        for (int i = 0; i < 6; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"), harness.Record(null, $"key {i}"));
            ends.Add(harness.Simulated.Read(harness.Simulated.Find(SegmentFileName.LogSuffix)[0]).Length);
        }
        string path = harness.Simulated.Find(SegmentFileName.LogSuffix)[0];
        byte[] whole = harness.Simulated.Read(path);
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            harness.Simulated.Overwrite(path, whole[..cut]);
            await harness.OpenAsync();

            int batches = ends.FindLastIndex(end => end <= cut);
            Assert.Equal(2 * batches, harness.Log.EndOffset.Value);
            Assert.Equal(2 * batches, (await harness.ReadAllAsync()).Count);
            Assert.Equal(ends[batches], harness.Simulated.Read(path).Length);
        }
    }

    [Fact]
    public async Task Open_AfterAnyFlippedByteOfTheActiveSegment_LosesThatBatchOnly()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        await CheckEveryFlipAsync(harness, SegmentFileName.LogSuffix, 5);
    }

    [Fact]
    public async Task Open_AfterAnyFlippedByteOfAFinishedSegment_LosesThatBatchOnly()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("segment.bytes", "400"), ("index.interval.bytes", "1")]);
        for (int i = 0; i < 8; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        Assert.True(harness.Simulated.Find(SegmentFileName.LogSuffix).Count > 1);
        await CheckEveryFlipAsync(harness, SegmentFileName.LogSuffix, 8);
    }

    [Fact]
    public async Task Open_WithoutOneOfItsSegments_SaysWhatIsMissing_UntilTheLogIsCutThere()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("segment.bytes", "200")]);
        for (int i = 0; i < 8; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        string[] paths = [.. harness.Simulated.Find(SegmentFileName.LogSuffix).Order(StringComparer.Ordinal)];
        (Offset missing, Offset next) = (BaseOf(paths[1]), BaseOf(paths[2]));
        harness.Simulated.Delete(paths[1]);
        await harness.OpenAsync();

        Assert.Equal(missing, harness.Log.DamagedFrom);
        FetchReply reply = await harness.Log.ReadAsync(missing, 1_000);
        Assert.Equal((ErrorCode.CorruptMessage, next), (reply.Error, reply.SkipTo));
        Assert.Equal(ErrorCode.None, (await harness.Log.ReadAsync(next, 1_000)).Error);

        await harness.Log.TruncateAsync(missing);
        Assert.Equal((null, missing), (harness.Log.DamagedFrom, harness.Log.EndOffset));
    }

    [Theory]
    [InlineData(SegmentFileName.IndexSuffix)]
    [InlineData(SegmentFileName.SnapshotSuffix)]
    [InlineData(LogState.FileName)]
    public async Task Open_WithAnyByteOfAHelperFileFlippedOrCut_LosesNothing(string suffix)
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("segment.bytes", "400"), ("index.interval.bytes", "1")]);
        for (int i = 0; i < 12; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        await harness.Log.CloseAsync();
        foreach (string path in harness.Simulated.Find(suffix))
        {
            byte[] whole = harness.Simulated.Read(path);
            for (int i = 0; i < whole.Length; i++)
            {
                byte[] flipped = [.. whole];
                flipped[i] ^= 1;
                // A version number that is higher than any known is refused, not guessed at; that is tested elsewhere.
                bool isVersion = suffix == SegmentFileName.IndexSuffix ? i is >= 4 and < 8 : i is 4 or 5;
                if (!isVersion)
                {
                    await CheckAllReadableAsync(harness, path, flipped, 12);
                }
                await CheckAllReadableAsync(harness, path, whole[..i], 12);
            }
            harness.Simulated.Overwrite(path, whole);
            harness.Simulated.Delete(path);
            await harness.OpenAsync();
            Assert.Equal(12, (await harness.ReadAllAsync()).Count);
            await harness.Log.CloseAsync();
            harness.Simulated.Overwrite(path, whole);
        }
    }

    [Fact]
    public async Task Open_WithAFileOfANewerVersion_RefusesAndNamesIt()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("value"));
        await harness.Log.DeleteRecordsAsync(new Offset(1));
        string path = harness.Simulated.Find(LogState.FileName)[0];
        byte[] state = harness.Simulated.Read(path);
        state[5] = 9;
        harness.Simulated.Overwrite(path, state);

        Storage.NewerFormatException refusal = await Assert.ThrowsAsync<Storage.NewerFormatException>(harness.OpenAsync);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DoesNotTakeBytesInsideARecordForABatch()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("before"));
        using var inner = TestRecord.Batch(new Records.RecordBatchBuilder { BaseOffset = new Offset(2) }, harness.Record("not a record of this log"));
        using var builder = new Records.RecordBatchBuilder();
        builder.Append(harness.NowMs, Records.NullableBytes.Null, inner.Bytes.ToArray());
        builder.Append(harness.NowMs, Records.NullableBytes.Null, new byte[100]);
        await harness.Log.AppendAsync(new RecordData(builder.Build().Bytes.ToArray()), RequiredAcks.All);

        string path = harness.Simulated.Find(SegmentFileName.LogSuffix)[0];
        harness.Simulated.Overwrite(path, harness.Simulated.Read(path)[..^10]);
        await harness.OpenAsync();

        Assert.Equal(["before"], (await harness.ReadAllAsync()).Select(pair => pair.Record.Value));
        Assert.Equal(1, harness.Log.EndOffset.Value);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("compact")]
    public async Task Open_AfterAKillAtEveryChangeOfTheDisk_HasEverythingAcknowledged(string cleanupPolicy)
    {
        int seed = TestSeed.Next();
        for (int changes = 0; ; changes++)
        {
            var random = new Random(seed + changes);
            await using LogHarness harness = await LogHarness.StartAsync(configs:
            [
                ("cleanup.policy", cleanupPolicy), ("segment.bytes", "300"), ("index.interval.bytes", "1"), ("min.cleanable.dirty.ratio", "0"),
                ("delete.retention.ms", "0"), ("retention.bytes", cleanupPolicy == "delete" ? "600" : "-1"),
            ]);
            SimulatedDisk disk = harness.Simulated;
            disk.ChangesLeft = changes;
            List<(string Key, long Offset)> acknowledged = await AppendAndMaintainAsync(harness);
            bool finished = disk.ChangesLeft > 0;
            await harness.CrashAsync(random);

            string where = $"seed {seed}, killed after {changes} changes";
            var readable = (await harness.ReadAllAsync()).ToDictionary(pair => pair.Offset, pair => pair.Record.Key);
            foreach ((string key, long offset) in acknowledged.GroupBy(pair => pair.Key).Select(group => group.Last()))
            {
                bool isRetained = cleanupPolicy == "delete" && offset < harness.Log.StartOffset.Value;
                Assert.True(isRetained || (readable.TryGetValue(offset, out string? found) && found == key), $"{where}: {key} at {offset} is gone");
            }
            Assert.Empty((await harness.Log.VerifyAsync()).Damage);
            Assert.True(harness.Log.DamagedFrom is null, $"{where}: damaged from {harness.Log.DamagedFrom}");
            Assert.Empty(harness.Simulated.Find(SegmentFileName.CleanedSuffix));
            AppendReply reply = await harness.AppendAsync(harness.Record("after", "key"));
            Assert.True(reply.Error == ErrorCode.None, $"{where}: {reply.Message}");
            if (finished)
            {
                Assert.True(changes > 50, $"{where}: the script changed the disk {changes} times only");
                return;
            }
        }
    }

    private static Offset BaseOf(string path) => SegmentFileName.TryParse(Path.GetFileName(path), SegmentFileName.LogSuffix, out Offset offset) ? offset : throw new ArgumentException(path);

    private static async Task<List<(string Key, long Offset)>> AppendAndMaintainAsync(LogHarness harness)
    {
        List<(string, long)> acknowledged = [];
        for (int i = 0; i < 18; i++)
        {
            string key = $"k{i % 3}";
            AppendReply reply = await harness.AppendAsync(harness.Record($"value {i}", key));
            if (reply.Error == ErrorCode.None)
            {
                acknowledged.Add((key, reply.BaseOffset.Value));
            }
            if (i % 6 == 5)
            {
                await harness.Log.MaintainAsync();
            }
        }
        return acknowledged;
    }

    private static async Task CheckAllReadableAsync(LogHarness harness, string path, byte[] content, int records)
    {
        harness.Simulated.Overwrite(path, content);
        await harness.OpenAsync();
        Assert.Equal(records, (await harness.ReadAllAsync()).Count);
        for (int from = 0; from < records; from++)
        {
            Assert.Equal(records - from, (await harness.ReadAllAsync(from)).Count);
        }
        await harness.Log.CloseAsync();
    }

    private static async Task CheckEveryFlipAsync(LogHarness harness, string suffix, int records)
    {
        string path = harness.Simulated.Find(suffix)[0];
        byte[] whole = harness.Simulated.Read(path);
        bool isFinished = harness.Simulated.Find(suffix).Count > 1;
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= 0x10;
            harness.Simulated.Overwrite(path, flipped);
            await harness.OpenAsync();
            List<long> lost = await FindLostAsync(harness, records);
            Assert.True(lost.Count <= 1 || IsLengthOfBatch(whole, i), $"byte {i}: lost {string.Join(',', lost)}");
            // No CRC covers an epoch. In the newest batch of all there is nothing that it could contradict.
            Assert.True(lost.Count == 1 || !IsEpochOfBatch(whole, i) || (!isFinished && IsInNewestBatch(whole, i)), $"byte {i}: another epoch was not seen");
            // Behind its header a batch is recognised by its size, also the last one: its offset is never given to another record.
            Assert.True(harness.Log.EndOffset.Value == records || IsInHeaderOfBatch(whole, i), $"byte {i}: the log ends at {harness.Log.EndOffset}");
            VerifyReply verify = await harness.Log.VerifyAsync();
            Assert.Equal(lost.Count, verify.Damage.Sum(range => range.To - range.From) + records - harness.Log.EndOffset.Value);
        }
    }

    private static bool IsLengthOfBatch(byte[] segment, int position) => PositionInBatch(segment, position) is >= 8 and < 12;

    private static bool IsEpochOfBatch(byte[] segment, int position) => PositionInBatch(segment, position) is >= 12 and < 16;

    private static bool IsInNewestBatch(byte[] segment, int position)
    {
        int start = position - PositionInBatch(segment, position);
        return Records.BatchHeader.TryRead(segment.AsSpan(start), out Records.BatchHeader header) && start + header.SizeBytes == segment.Length;
    }

    private static bool IsInHeaderOfBatch(byte[] segment, int position) => PositionInBatch(segment, position) < Records.BatchLayout.HeaderSizeBytes;

    private static int PositionInBatch(byte[] segment, int position)
    {
        int start = 0;
        while (Records.BatchHeader.TryRead(segment.AsSpan(start), out Records.BatchHeader header) && start + header.SizeBytes <= position)
        {
            start += header.SizeBytes;
        }
        return position - start;
    }

    private static async Task<List<long>> FindLostAsync(LogHarness harness, int records)
    {
        List<long> lost = [];
        for (long offset = 0; offset < records; offset++)
        {
            FetchReply reply = offset < harness.Log.EndOffset.Value ? await harness.Log.ReadAsync(new Offset(offset), 1) : new(
                ErrorCode.OffsetOutOfRange, null, RecordData.Empty, Offset.None, Offset.None, Offset.None);
            if (reply.Error != ErrorCode.None)
            {
                Assert.True(reply.Error == ErrorCode.OffsetOutOfRange || reply.SkipTo.Value > offset);
                lost.Add(offset);
            }
            else
            {
                Assert.Contains(TestRecord.Decode(reply.Data.Bytes), pair => pair.Offset == offset && pair.Record.Value == $"value {offset}");
            }
        }
        return lost;
    }
}
