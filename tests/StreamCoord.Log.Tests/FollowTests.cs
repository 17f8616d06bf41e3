using StreamCoord.Log.Segments;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Replication;

namespace StreamCoord.Log.Tests;

/// <summary>A follower's log: what a push does to it, and what it takes of one.</summary>
public sealed class FollowTests
{
    [Fact]
    public async Task Batches_KeepTheirOffsetsEpochsAndBytes()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        byte[] batches = [.. Batch(0, 3, 2), .. Batch(3, 5, 4)];
        await FollowAsync(follower, batches);

        Assert.Equal([Mark(0, 3, 2), Mark(3, 5, 4)], (await follower.ReadBatchesAsync(Offset.Zero)).Select(batch => batch.Mark));
        Assert.Equal(batches, ReplicaBatch.Join(await follower.ReadBatchesAsync(Offset.Zero)));
        Assert.Equal((new Offset(5), new Offset(5), new LeaderEpoch(4)), (follower.Log.EndOffset, follower.Log.FlushedOffset, follower.Log.LastEpoch));
        Assert.True(follower.Log.NeedsEpoch);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await follower.AppendAsync(follower.Record("from a client"))).Error);
    }

    [Fact]
    public async Task WhatIsNotFlushed_IsAfterAWhile()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, Batch(0, 3, 1), mustFlush: false);
        Assert.Equal((new Offset(3), Offset.Zero), (follower.Log.EndOffset, follower.Log.FlushedOffset));
        follower.Time.Advance(TimeSpan.FromMilliseconds(LogConfig.Default.FlushMs));
        await follower.Io.Appends.RunAsync(() => { });
        Assert.Equal(new Offset(3), follower.Log.FlushedOffset);
    }

    [Fact]
    public async Task WhatCannotStandThere_IsRefused_AndNothingIsDone()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 2), .. Batch(3, 6, 5)]);
        byte[] damaged = Batch(6, 9, 5);
        damaged[^1] ^= 1;
        byte[][] wrong = [damaged, Batch(6, 9, 5)[..^1], Batch(5, 8, 5), Batch(6, 9, 4), [.. Batch(8, 9, 5), .. Batch(6, 7, 5)], [.. Batch(6, 7, 6), .. Batch(7, 9, 5)]];
        foreach (byte[] batches in wrong)
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => follower.Log.FollowAsync(new FollowedChange { Batches = batches, MustFlush = true }));
        }
        await Assert.ThrowsAsync<InvalidDataException>(() => follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(3), CutTo = new Offset(5), Batches = Batch(4, 8, 5) }));
        Assert.Equal((Offset.Zero, new Offset(6)), (follower.Log.StartOffset, follower.Log.EndOffset));

        // What is cut does not count.
        await follower.Log.FollowAsync(new FollowedChange { CutTo = new Offset(3), Batches = Batch(3, 4, 3) });
        Assert.Equal([Mark(0, 3, 2), Mark(3, 4, 3)], (await follower.ReadBatchesAsync(Offset.Zero)).Select(batch => batch.Mark));
    }

    [Fact]
    public async Task Gaps_OutliveEverything()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync(("segment.bytes", "400"));
        byte[] batches = [.. Batch(2, 3, 1), .. Batch(7, 9, 1), .. Batch(20, 21, 2), .. Batch(21, 24, 2), .. Batch(90, 91, 2), .. Batch(95, 99, 3)];
        await FollowAsync(follower, batches);
        await follower.CrashAsync(new Random(1));

        Assert.Equal(batches, ReplicaBatch.Join(await follower.ReadBatchesAsync(Offset.Zero)));
        Assert.Equal((Offset.Zero, new Offset(99)), (follower.Log.StartOffset, follower.Log.EndOffset));
        Assert.Empty((await follower.Log.VerifyAsync()).Damage);
        Assert.NotEqual(1, (await follower.Log.MeasureAsync()).SegmentCount);
    }

    [Fact]
    public async Task Cut_WithTheBatchesBehindIt_IsOneStep()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 1), .. Batch(3, 6, 2), .. Batch(6, 8, 2)]);
        await follower.Log.FollowAsync(new FollowedChange { CutTo = new Offset(3), Batches = Batch(3, 5, 4), MustFlush = true });

        await follower.CrashAsync(new Random(1));
        Assert.Equal([Mark(0, 3, 1), Mark(3, 5, 4)], (await follower.ReadBatchesAsync(Offset.Zero)).Select(batch => batch.Mark));
        Assert.Equal(new LeaderEpoch(1), follower.Log.EpochBefore(new Offset(3)));
        Assert.Equal(new LeaderEpoch(4), follower.Log.EpochBefore(new Offset(4)));
    }

    [Fact]
    public async Task BeginAt_BehindTheEnd_EmptiesTheLog()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 1), .. Batch(3, 6, 1)]);
        await follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(10) });
        foreach (bool isAnotherProcess in new[] { false, true })
        {
            if (isAnotherProcess)
            {
                await follower.CrashAsync(new Random(1));
            }
            Assert.Equal((new Offset(10), new Offset(10), new Offset(10)), (follower.Log.StartOffset, follower.Log.EndOffset, follower.Log.FlushedOffset));
            Assert.Equal(new Offset(10), follower.Log.HighWatermark);
            Assert.Empty(follower.Simulated.Find(SegmentFileName.LogSuffix));
        }
        // The leader's log begins within a batch.
        await FollowAsync(follower, Batch(8, 12, 3));
        await follower.RestartAsync();
        Assert.Equal((new Offset(10), new Offset(12)), (follower.Log.StartOffset, follower.Log.EndOffset));
        Assert.Equal((LeaderEpoch.Unknown, new LeaderEpoch(3)), (follower.Log.EpochBefore(new Offset(10)), follower.Log.EpochBefore(new Offset(11))));
    }

    [Fact]
    public async Task BeginAt_WithinTheLog_KeepsWhatIsThere_AlsoWhenThePushIsAnOldOne()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 1), .. Batch(3, 6, 1), .. Batch(8, 9, 1)]);
        foreach (int beginAt in new[] { 3, 5, 7, 4 })
        {
            await follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(beginAt) });
            Assert.Equal((Math.Max(beginAt, beginAt == 4 ? 7 : 0), 9), (follower.Log.StartOffset.Value, follower.Log.EndOffset.Value));
        }
        await follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(9) });
        Assert.Equal((9, 9), (follower.Log.StartOffset.Value, follower.Log.EndOffset.Value));
    }

    [Fact]
    public async Task BeginAt_WithACutBelowIt_EmptiesTheLog()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 1), .. Batch(3, 10, 1), .. Batch(10, 16, 1)]);
        await follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(10), CutTo = new Offset(8), Batches = Batch(8, 12, 2), MustFlush = true });
        Assert.Equal((10, 12), (follower.Log.StartOffset.Value, follower.Log.EndOffset.Value));
        Assert.Equal([Mark(8, 12, 2)], (await follower.ReadBatchesAsync(new Offset(10))).Select(batch => batch.Mark));
    }

    [Fact]
    public async Task FailedDisk_TakesTheLogBack_AndSaysSo()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, Batch(0, 3, 1));
        await FollowAsync(follower, Batch(3, 6, 1), mustFlush: false);
        follower.Simulated.FlushFailures = 1;
        await Assert.ThrowsAnyAsync<IOException>(() => FollowAsync(follower, Batch(6, 8, 1)));
        Assert.Equal((3, 3), (follower.Log.EndOffset.Value, follower.Log.FlushedOffset.Value));

        follower.Simulated.CapacityBytes = follower.Simulated.UsedBytes + 10;
        await Assert.ThrowsAnyAsync<IOException>(() => FollowAsync(follower, Batch(3, 6, 1)));
        Assert.Equal(3, follower.Log.EndOffset.Value);
        follower.Simulated.CapacityBytes = long.MaxValue;
        await FollowAsync(follower, Batch(3, 6, 1));
        await follower.CrashAsync(new Random(1));
        Assert.Equal(6, follower.Log.EndOffset.Value);
    }

    [Fact]
    public async Task Lead_AfterFollowing_AndFollowAfterLeading()
    {
        await using LogHarness harness = await LogHarness.StartFollowerAsync();
        harness.Log.CommitLimit = new Offset(long.MaxValue);
        await FollowAsync(harness, Batch(0, 3, 4));
        Assert.Equal(new LeaderEpoch(4), await harness.Log.RecoverAsync());
        await harness.Log.BeginEpochAsync(new LeaderEpoch(5));
        Assert.Equal((new LeaderEpoch(5), new LeaderEpoch(4)), (harness.Log.LastEpoch, harness.Log.EpochBefore(new Offset(3))));
        Assert.Equal(3, (await harness.AppendAsync(harness.Record("led"))).BaseOffset.Value);
        harness.Log.CommitLimit = Offset.Zero;
        Task<AppendReply> waiting = harness.AppendAsync(harness.Record("not committed"));
        while (harness.Log.FlushedOffset.Value < 5)
        {
            await Task.Yield();
        }
        Assert.False(waiting.IsCompleted);

        await harness.Log.FollowAsync(new FollowedChange { CutTo = new Offset(4), Batches = Batch(4, 6, 7) });
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await waiting).Error);
        Assert.True(harness.Log.NeedsEpoch);
        Assert.Equal([new LeaderEpoch(4), new LeaderEpoch(5), new LeaderEpoch(7)], new[] { 3, 4, 5 }.Select(offset => harness.Log.EpochBefore(new Offset(offset))));
        Assert.Equal([0, 3, 4, 4, 6], new[] { 3, 4, 5, 6, 9 }.Select(epoch => harness.Log.EndOfEpoch(new LeaderEpoch(epoch)).Value));
    }

    [Fact]
    public async Task Epochs_AreKnown_WhileTheLogIsClosed()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 2), .. Batch(3, 6, 5)], mustFlush: false);
        Assert.True(await follower.Log.CloseIfIdleAsync(TimeSpan.Zero));
        Assert.Equal((new LeaderEpoch(5), new Offset(6)), (follower.Log.LastEpoch, follower.Log.FlushedOffset));
        Assert.Equal((new LeaderEpoch(2), new LeaderEpoch(5)), (follower.Log.EpochBefore(new Offset(3)), follower.Log.EpochBefore(new Offset(4))));
        Assert.Equal((new Offset(3), new Offset(6)), (follower.Log.EndOfEpoch(new LeaderEpoch(4)), follower.Log.EndOfEpoch(new LeaderEpoch(5))));
        Assert.False(follower.Log.IsOpen);
    }

    [Fact]
    public async Task Start_FollowsTheLeaders_AsFarAsThatIsCommitted()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 2), .. Batch(3, 6, 5)]);
        follower.Log.CommitLimit = new Offset(3);
        await follower.Log.RaiseStartOffsetAsync(new Offset(2));
        Assert.Equal(2, follower.Log.StartOffset.Value);
        await follower.Log.RaiseStartOffsetAsync(new Offset(1));
        Assert.Equal(2, follower.Log.StartOffset.Value);
        await follower.Log.RaiseStartOffsetAsync(new Offset(6));
        Assert.Equal(3, follower.Log.StartOffset.Value);
        await follower.CrashAsync(new Random(1));
        Assert.Equal(3, follower.Log.StartOffset.Value);
    }

    // A tombstone may go when its time has passed, but not before the record that it deletes, which this log got before its leader had compacted it.
    [Fact]
    public async Task Maintain_OfAFollower_DoesNotTakeItsOwnRecordsForCompacted()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync(("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0"), ("delete.retention.ms", "1000"));
        long nowMs = follower.NowMs;
        await FollowAsync(follower, Keyed(0, 1, new TestRecord("deleted", "value", nowMs)));
        await FollowAsync(follower, [.. Keyed(5, 1, new TestRecord("deleted", null, nowMs)), .. Keyed(9, 1, new TestRecord("other", "a", nowMs))]);
        follower.Log.CommitLimit = new Offset(10);
        for (int round = 0; round < 4; round++)
        {
            await follower.Log.RollAsync();
            await follower.Log.MaintainAsync();
            await FollowAsync(follower, Keyed(10 + round, 1, new TestRecord("other", $"{round}", nowMs)));
            follower.Log.CommitLimit = new Offset(11 + round);
            follower.Time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.DoesNotContain(await follower.ReadAllAsync(), pair => pair.Record.Key == "deleted");
    }

    [Fact]
    public async Task ReplicaRead_ShowsWhatIsNotCommitted_AndWhereItMayNotBegin()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        Assert.Empty((await follower.Log.ReadForReplicaAsync(Offset.Zero, 1000)).Batches);
        await FollowAsync(follower, [.. Batch(0, 3, 2), .. Batch(3, 6, 5), .. Batch(9, 12, 5)], mustFlush: false);
        Assert.Equal((0, 0), (follower.Log.HighWatermark.Value, (await follower.Log.ReadAsync(Offset.Zero, 1000)).Data.Bytes.Length));

        ReplicaRead one = await follower.Log.ReadForReplicaAsync(new Offset(4), 1);
        Assert.Equal([Mark(3, 6, 5)], one.Batches);
        Assert.Equal(Batch(3, 6, 5), one.Data.Bytes.ToArray());
        Assert.Equal([Mark(9, 12, 5)], (await follower.Log.ReadForReplicaAsync(new Offset(7), 1000)).Batches);
        Assert.Empty((await follower.Log.ReadForReplicaAsync(new Offset(12), 1000)).Batches);
        await follower.Log.FollowAsync(new FollowedChange { BeginAt = new Offset(3) });
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await follower.Log.ReadForReplicaAsync(Offset.Zero, 1000)).Error);
    }

    [Fact]
    public async Task ReplicaRead_OfTheNewest_TakesNoThreadOfTheDisk()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("a"));
        using var held = new ManualResetEventSlim();
        Task holding = harness.Io.Reads.RunAsync(held.Wait);
        Task<ReplicaRead> read = harness.Log.ReadForReplicaAsync(Offset.Zero, 1000);
        Assert.True(read.IsCompletedSuccessfully);
        held.Set();
        await holding;
        Assert.Equal([Mark(0, 1, harness.Log.Epoch.Value)], (await read).Batches);
    }

    [Fact]
    public async Task ReplicaRead_OfDamage_SaysWhere()
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync();
        await FollowAsync(follower, [.. Batch(0, 3, 2), .. Batch(3, 6, 5)]);
        await follower.RestartAsync();
        string path = Assert.Single(follower.Simulated.Find(SegmentFileName.LogSuffix));
        byte[] content = follower.Simulated.Read(path);
        content[70] ^= 1;
        follower.Simulated.Overwrite(path, content);
        await follower.RestartAsync();

        ReplicaRead read = await follower.Log.ReadForReplicaAsync(Offset.Zero, 1000);
        Assert.Equal((ErrorCode.CorruptMessage, new Offset(3)), (read.Error, read.Damage!.To));
        Assert.Equal([Mark(3, 6, 5)], (await follower.Log.ReadForReplicaAsync(new Offset(3), 1000)).Batches);
    }

    // Wherever the process dies in a cut, the log is whole up to where it ends then.
    [Fact]
    public async Task Cut_ThatIsCutOff_LeavesNoHole()
    {
        for (int changes = 0; changes < 40; changes++)
        {
            await using LogHarness follower = await LogHarness.StartFollowerAsync(("segment.bytes", "100"));
            for (int i = 0; i < 8; i++)
            {
                await FollowAsync(follower, Batch(2 * i, 2 * i + 2, 1));
            }
            follower.Simulated.ChangesLeft = changes;
            try
            {
                await follower.Log.FollowAsync(new FollowedChange { CutTo = new Offset(6) });
            }
            catch (IOException)
            {
                // It is killed.
            }
            await follower.CrashAsync(new Random(changes));
            List<ReplicaBatch> left = await follower.ReadBatchesAsync(Offset.Zero);
            Assert.InRange(left.Count, 3, 8);
            Assert.Equal(Enumerable.Range(0, left.Count).Select(i => Mark(2 * i, 2 * i + 2, 1)), left.Select(batch => batch.Mark));
            Assert.Equal(left.Count * 2, follower.Log.EndOffset.Value);
        }
    }

    // A state file of the version that knew of no gaps.
    [Fact]
    public async Task State_OfTheFirstVersion_IsRead()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("a"), harness.Record("b"));
        await harness.Log.DeleteRecordsAsync(new Offset(1));
        await harness.Log.CloseAsync();
        string path = Assert.Single(harness.Simulated.Find(LogState.FileName));
        byte[] content = harness.Simulated.Read(path);
        byte[] old = [.. content[..28], .. content[36..]];
        old[5] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(old.AsSpan(8), Crc32C.Compute(old.AsSpan(12)));
        harness.Simulated.Overwrite(path, old);
        await harness.OpenAsync();
        Assert.Equal((1, 2), (harness.Log.StartOffset.Value, harness.Log.EndOffset.Value));
        await harness.Log.RollAsync();
        Assert.Equal(2, harness.Simulated.Read(path)[5]);
    }

    private static Task FollowAsync(LogHarness follower, byte[] batches, bool mustFlush = true) =>
        follower.Log.FollowAsync(new FollowedChange { Batches = batches, MustFlush = mustFlush });

    private static BatchMark Mark(long baseOffset, long nextOffset, int epoch) => new(new Offset(baseOffset), new Offset(nextOffset), new LeaderEpoch(epoch));

    private static byte[] Batch(long baseOffset, long nextOffset, int epoch) =>
        Keyed(baseOffset, epoch, [.. Enumerable.Range(0, (int)(nextOffset - baseOffset)).Select(i => new TestRecord("k", $"{epoch}:{baseOffset + i}", 1_767_225_600_000))]);

    private static byte[] Keyed(long baseOffset, int epoch, params TestRecord[] records)
    {
        byte[] batch = TestRecord.Batch(records).Bytes.ToArray();
        BatchPatch.SetBaseOffset(batch, new Offset(baseOffset));
        BatchPatch.SetLeaderEpoch(batch, new LeaderEpoch(epoch));
        return batch;
    }
}
