using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>A leader's log of which somebody else says how far it is committed.</summary>
public sealed class CommitLimitTests
{
    private const string Never = "9223372036854775807";

    [Theory]
    [InlineData("1")]
    [InlineData(Never)]
    public async Task AcksAll_IsAnswered_WhenItIsCommitted_AndAcksOneBefore(string flushMessages)
    {
        await using LogHarness harness = await StartAsync(flushMessages);
        Task<AppendReply> all = harness.AppendAsync(harness.Record("a"), harness.Record("b"));
        Assert.Equal(2, (await harness.Log.AppendAsync(TestRecord.Batch(harness.Record("c")), RequiredAcks.Leader)).BaseOffset.Value);
        Assert.Equal((0, 3), (harness.Log.HighWatermark.Value, harness.Log.EndOffset.Value));

        harness.Log.CommitLimit = new Offset(1);
        Assert.False(all.IsCompleted);
        harness.Log.CommitLimit = new Offset(2);
        AppendReply reply = await all;
        Assert.Equal((ErrorCode.None, 0, 1), (reply.Error, reply.BaseOffset.Value, reply.LastOffset.Value));
        Assert.Equal(2, harness.Log.HighWatermark.Value);
    }

    [Fact]
    public async Task WithoutFlushes_NoneIsMadeForACommit()
    {
        await using LogHarness harness = await StartAsync(Never);
        Task<AppendReply> append = harness.AppendAsync(harness.Record("a"));
        await EndAsync(harness, 1);
        harness.Log.CommitLimit = new Offset(1);
        await append;
        Assert.Equal(Offset.Zero, harness.Log.FlushedOffset);
    }

    [Fact]
    public async Task WhatIsNotFlushed_IsNotCommitted_WhateverTheLimit()
    {
        await using LogHarness harness = await StartAsync();
        harness.Log.CommitLimit = new Offset(100);
        await harness.Log.AppendAsync(TestRecord.Batch(harness.Record("written")), RequiredAcks.Leader);
        Assert.Equal((0, 1), (harness.Log.HighWatermark.Value, harness.Log.EndOffset.Value));
        await harness.AppendAsync(harness.Record("flushed"));
        Assert.Equal(2, harness.Log.HighWatermark.Value);
        harness.Log.CommitLimit = new Offset(1);
        Assert.Equal(2, harness.Log.HighWatermark.Value);
    }

    [Fact]
    public async Task Readers_WaitForTheCommit()
    {
        await using LogHarness harness = await StartAsync();
        _ = harness.AppendAsync(harness.Record("a"), harness.Record("b"));
        Task<AppendReply> second = harness.AppendAsync(harness.Record("c"));
        await EndAsync(harness, 3);
        Task wait = harness.Log.WaitForRecordsAsync(Offset.Zero, TestContext.Current.CancellationToken);
        Assert.Empty(await harness.ReadAllAsync());
        // Half of a batch is not shown.
        harness.Log.CommitLimit = new Offset(1);
        Assert.Equal(0, (await harness.Log.ReadAsync(Offset.Zero, 1000)).Data.Bytes.Length);
        harness.Log.CommitLimit = new Offset(2);
        await wait;
        Assert.Equal(["a", "b"], (await harness.ReadAllAsync()).Select(pair => pair.Record.Value));
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task ADuplicate_IsAnswered_WhenTheOriginalIs()
    {
        await using LogHarness harness = await StartAsync();
        Task<AppendReply> first = SendAsync(harness, 0);
        await EndAsync(harness, 1);
        Task<AppendReply> next = SendAsync(harness, 1);
        await EndAsync(harness, 2);
        Task<AppendReply> again = SendAsync(harness, 0);
        await harness.Io.Appends.RunAsync(() => { });
        Assert.False(again.IsCompleted);
        harness.Log.CommitLimit = new Offset(1);
        Assert.Equal((0, 0), ((await first).BaseOffset.Value, (await again).BaseOffset.Value));
        Assert.False(next.IsCompleted);
        // And at once, when that is committed.
        Assert.Equal(0, (await SendAsync(harness, 0)).BaseOffset.Value);
        harness.Log.CommitLimit = new Offset(2);
        Assert.Equal(1, (await next).BaseOffset.Value);
    }

    [Fact]
    public async Task EndEpoch_RefusesWhatWaits_AndWhatComes()
    {
        await using LogHarness harness = await StartAsync();
        Task<AppendReply> waiting = harness.AppendAsync(harness.Record("a"));
        await EndAsync(harness, 1);
        harness.Log.EndEpoch(ErrorCode.FencedLeaderEpoch, "over");
        Assert.Equal((ErrorCode.FencedLeaderEpoch, "over"), ((await waiting).Error, (await waiting).Message));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await harness.AppendAsync(harness.Record("b"))).Error);
        await harness.LeadAsync();
        Task<AppendReply> led = harness.AppendAsync(harness.Record("c"));
        await EndAsync(harness, 2);
        harness.Log.CommitLimit = new Offset(2);
        Assert.Equal(1, (await led).BaseOffset.Value);
        Assert.Equal(2, (await harness.ReadAllAsync()).Count);
    }

    [Fact]
    public async Task EndEpoch_InTheMiddleOfAWrite_RefusesThatAsWell()
    {
        await using LogHarness harness = await StartAsync();
        using var held = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        harness.Simulated.OnFlush = () =>
        {
            begun.TrySetResult();
            held.Wait(TestContext.Current.CancellationToken);
        };
        Task<AppendReply> append = harness.AppendAsync(harness.Record("a"));
        await begun.Task;
        harness.Log.EndEpoch(ErrorCode.FencedLeaderEpoch, "over");
        harness.Simulated.OnFlush = null;
        held.Set();
        Assert.Equal(ErrorCode.FencedLeaderEpoch, (await append).Error);
    }

    [Fact]
    public async Task RefuseUncommitted_LeavesTheTermAlone()
    {
        await using LogHarness harness = await StartAsync();
        Task<AppendReply> waiting = harness.AppendAsync(harness.Record("a"));
        await EndAsync(harness, 1);
        harness.Log.RefuseUncommitted(ErrorCode.NotEnoughReplicasAfterAppend, "too few");
        Assert.Equal(ErrorCode.NotEnoughReplicasAfterAppend, (await waiting).Error);
        Task<AppendReply> next = harness.AppendAsync(harness.Record("b"));
        await EndAsync(harness, 2);
        harness.Log.CommitLimit = new Offset(2);
        Assert.Equal(1, (await next).BaseOffset.Value);
    }

    [Fact]
    public async Task ACut_RefusesWhatItTakesAway_AndNothingElse()
    {
        await using LogHarness harness = await StartAsync();
        Task<AppendReply> kept = harness.AppendAsync(harness.Record("kept"));
        await EndAsync(harness, 1);
        Task<AppendReply> cut = harness.AppendAsync(harness.Record("cut"));
        await EndAsync(harness, 2);
        await harness.Log.TruncateAsync(new Offset(1));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await cut).Error);
        Assert.False(kept.IsCompleted);
        harness.Log.CommitLimit = new Offset(1);
        Assert.Equal(ErrorCode.None, (await kept).Error);
    }

    [Fact]
    public async Task AFailedDisk_RefusesWhatItLost()
    {
        await using LogHarness harness = await StartAsync(Never);
        Task<AppendReply> lost = harness.AppendAsync(harness.Record("lost"));
        await EndAsync(harness, 1);
        harness.Simulated.FlushFailures = 1;
        harness.Time.Advance(TimeSpan.FromMilliseconds(LogConfig.Default.FlushMs));
        Assert.Equal(ErrorCode.KafkaStorageError, (await lost).Error);
        Assert.Equal((0, 0), (harness.Log.EndOffset.Value, harness.Log.FlushedOffset.Value));
    }

    [Fact]
    public async Task AnIdleLog_StaysOpen_WhileSomebodyWaits_AndACloseOrRemovalAnswersThem()
    {
        await using LogHarness harness = await StartAsync();
        Task<AppendReply> waiting = harness.AppendAsync(harness.Record("a"));
        await EndAsync(harness, 1);
        await harness.Io.Appends.RunAsync(() => { });
        Assert.False(await harness.Log.CloseIfIdleAsync(TimeSpan.Zero));
        await harness.Log.CloseAsync();
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await waiting).Error);

        Task<AppendReply> removed = harness.AppendAsync(harness.Record("b"));
        await EndAsync(harness, 2);
        await harness.Log.RemoveAsync();
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await removed).Error);
    }

    [Fact]
    public async Task WhatWaits_IsLimited()
    {
        await using LogHarness harness = await LogHarness.StartAsync(options: new LogOptions { AppendThreads = 1, ReadThreads = 1, QueuedBytesMax = 1_000 });
        harness.Log.CommitLimit = Offset.Zero;
        Task<AppendReply> waiting = harness.AppendAsync(harness.Record(new string('v', 2_000)));
        await EndAsync(harness, 1);
        await harness.Io.Appends.RunAsync(() => { });
        Assert.Equal(ErrorCode.RequestTimedOut, (await harness.AppendAsync(harness.Record("too much"))).Error);
        harness.Log.CommitLimit = new Offset(1);
        await waiting;
        Task<AppendReply> next = harness.AppendAsync(harness.Record("again"));
        harness.Log.CommitLimit = new Offset(2);
        Assert.Equal(ErrorCode.None, (await next).Error);
    }

    [Fact]
    public async Task AfterARecovery_NothingIsKnownToBeCommitted()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("a"), harness.Record("b"));
        TransactionTests.Admit(harness, 7, 0);
        await TransactionTests.AppendAsync(harness, 7, 0, 0);
        await TransactionTests.MarkAsync(harness, 7, 0, isCommit: true);
        await harness.AppendAsync(harness.Record(new string('v', 700_000)));
        await harness.AppendAsync(harness.Record(new string('v', 700_000)));
        harness.CommitLimit = Offset.Zero;
        await harness.RestartAsync();
        Assert.Equal((0, 0, 6), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value, harness.Log.EndOffset.Value));
        // The marker lies before the snapshot that was written at the end.
        harness.Log.CommitLimit = new Offset(3);
        Assert.Equal((3, 0), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value));
        harness.Log.CommitLimit = new Offset(6);
        Assert.Equal((6, 6), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value));
    }

    [Fact]
    public async Task LastStableOffset_WaitsForTheCommitOfTheMarker_AlsoOverAnIdleTime()
    {
        await using LogHarness harness = await StartAsync();
        TransactionTests.Admit(harness, 7, 0);
        _ = TransactionTests.AppendAsync(harness, 7, 0, 0);
        await EndAsync(harness, 1);
        Task<AppendReply> marker = TransactionTests.MarkAsync(harness, 7, 0, isCommit: true);
        await EndAsync(harness, 2);
        _ = harness.AppendAsync(harness.Record(new string('v', 700_000)));
        _ = harness.AppendAsync(harness.Record(new string('v', 700_000)));
        await EndAsync(harness, 4);
        harness.Log.CommitLimit = new Offset(1);
        Assert.Equal((1, 0), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value));
        Assert.False(marker.IsCompleted);
        await harness.Log.CloseAsync();
        await harness.Log.RecoverAsync();
        Assert.Equal((1, 0), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value));
        harness.Log.CommitLimit = new Offset(2);
        Assert.Equal((2, 2), (harness.Log.HighWatermark.Value, harness.Log.LastStableOffset.Value));
    }

    [Fact]
    public async Task Moved_IsCalled_WhenTheEndMovesAndWhenTheFlushedEndDoes()
    {
        await using LogHarness harness = await StartAsync();
        List<(long End, long Flushed)> seen = [];
        harness.Log.Moved = () => seen.Add((harness.Log.EndOffset.Value, harness.Log.FlushedOffset.Value));
        _ = harness.AppendAsync(harness.Record("a"));
        await EndAsync(harness, 1);
        await harness.Io.Appends.RunAsync(() => { });
        await harness.Log.TruncateAsync(Offset.Zero);
        Assert.Equal([(1, 0), (1, 1), (0, 0)], seen);
    }

    // Commits come from another thread at any time. Readers see nothing above them, no append is answered before, and the high watermark never falls.
    [Theory]
    [InlineData("1")]
    [InlineData(Never)]
    public async Task RandomCommits_FromAnotherThread_AreKeptTo(string flushMessages)
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        using var directory = new TemporaryDirectory();
        await using LogHarness harness = await LogHarness.StartAsync(
            new PhysicalDisk(), directory.Path, new LogOptions { MaintenanceBytesPerSecond = 0 }, ("segment.bytes", "4000"), ("flush.messages", flushMessages), ("index.interval.bytes", "200"));
        harness.Log.CommitLimit = Offset.Zero;
        long committed = 0;
        using var done = new CancellationTokenSource();
        Task committing = Task.Run(() => Commit(new Random(seed)), CancellationToken.None);
        Task[] reading = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() => ReadAsync(new Random(seed + reader)), CancellationToken.None))];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(new Random(seed - writer)))));
        await done.CancelAsync();
        await Task.WhenAll([committing, .. reading]);
        Assert.True(harness.Log.HighWatermark <= harness.Log.CommitLimit);

        void Commit(Random random)
        {
            while (!done.IsCancellationRequested)
            {
                long end = harness.Log.EndOffset.Value;
                // Noted before it is said, so that whoever sees its effect sees the note.
                long next = random.NextInt64(committed, end + 1 + random.Next(2));
                Interlocked.Exchange(ref committed, next);
                harness.Log.CommitLimit = new Offset(next);
                Thread.Yield();
            }
        }

        async Task WriteAsync(Random random)
        {
            for (int i = 0; i < 150; i++)
            {
                AppendReply reply = await harness.AppendAsync([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => harness.Record($"value {i}"))]);
                Assert.True(reply.Error == ErrorCode.None, reply.Message);
                Assert.True(reply.LastOffset.Value < Interlocked.Read(ref committed), $"{reply.LastOffset} was answered, {committed} is committed");
            }
        }

        async Task ReadAsync(Random random)
        {
            Offset seen = Offset.Zero;
            while (!done.IsCancellationRequested)
            {
                Offset highWatermark = harness.Log.HighWatermark;
                Assert.True(highWatermark >= seen, $"the high watermark fell from {seen} to {highWatermark}");
                seen = highWatermark;
                using RecordData data = (await harness.Log.ReadAsync(new Offset(random.NextInt64(0, seen.Value + 1)), 2_000)).Data;
                var batches = new BatchSequence(data.Bytes.Span);
                while (batches.MoveNext(out BatchHeader header, out _))
                {
                    Assert.True(header.NextOffset.Value <= Interlocked.Read(ref committed), $"{header.LastOffset} was read, {committed} is committed");
                }
            }
        }
    }

    private static async Task<LogHarness> StartAsync(string flushMessages = "1")
    {
        LogHarness harness = await LogHarness.StartAsync(configs: ("flush.messages", flushMessages));
        harness.CommitLimit = harness.Log.CommitLimit = Offset.Zero;
        return harness;
    }

    // Written, and flushed where that is waited for.
    private static async Task EndAsync(LogHarness harness, long end)
    {
        for (int turn = 0; turn < 5_000_000 && (harness.Config.WaitsForFlush ? harness.Log.FlushedOffset : harness.Log.EndOffset).Value < end; turn++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Assert.True(harness.Log.EndOffset.Value >= end, $"the log ends at {harness.Log.EndOffset}");
        // Whoever wrote it has let its callers wait.
        await harness.Io.Appends.RunAsync(() => { });
    }

    private static Task<AppendReply> SendAsync(LogHarness harness, int sequence) => harness.Log.AppendAsync(
        TestRecord.Batch(new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 0, BaseSequence = sequence }, harness.Record("v")), RequiredAcks.All);
}
