using StreamCoord.Partitions;

namespace StreamCoord.Log.Tests;

/// <summary>Where no append waits for the disk, what was written is flushed beside the appends; what that flush finds out reaches everybody whom it concerns.</summary>
public sealed class BackgroundFlushTests
{
    private const string Never = "9223372036854775807";

    [Fact]
    public async Task Append_GoesOn_WhileTheDiskFlushes()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("flushed later"));
        using HeldFlush flush = await HoldAsync(harness);

        AppendReply reply = await harness.AppendAsync(harness.Record("beside")).WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((ErrorCode.None, 1), (reply.Error, reply.BaseOffset.Value));
        Assert.Equal(2, (await harness.ReadAllAsync()).Count);
    }

    [Fact]
    public async Task WhatIsWrittenDuringAFlush_IsFlushedAnIntervalLater()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("first"));
        using (HeldFlush flush = await HoldAsync(harness))
        {
            await harness.AppendAsync(harness.Record("second"));
        }
        await DoneAsync(harness);

        // Begins by itself, though nothing was appended since.
        using (HeldFlush flush = await HoldAsync(harness))
        {
        }
        await DoneAsync(harness);
        Assert.Equal(2, (await ReadAfterCrashAsync(harness)).Count);
    }

    [Fact]
    public async Task AFailedFlush_TakesTheLogBackToTheOneBefore()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("certain"));
        using (HeldFlush flush = await HoldAsync(harness))
        {
        }
        await DoneAsync(harness);
        await harness.AppendAsync(harness.Record("lost"));
        using (HeldFlush flush = await HoldAsync(harness))
        {
            await harness.AppendAsync(harness.Record("lost with it"));
            flush.Fails = true;
        }
        await DoneAsync(harness);

        Assert.True(harness.Log.NeedsEpoch);
        Assert.Equal(1, harness.Log.EndOffset.Value);
        Assert.Equal("certain", Assert.Single(await harness.ReadAllAsync()).Record.Value);
    }

    [Fact]
    public async Task AnAppendThatWaitsForTheDisk_HearsOfTheFlushThatFailedBesideIt()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("lost"));
        Task<AppendReply> append;
        using (HeldFlush flush = await HoldAsync(harness))
        {
            harness.Log.Config = LogConfig.Default;
            append = harness.AppendAsync(harness.Record("durable"));
            while (harness.Log.EndOffset.Value < 2)
            {
                // It is written, and waits for the flush.
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }
            flush.Fails = true;
        }

        AppendReply reply = await append;

        Assert.Equal(ErrorCode.KafkaStorageError, reply.Error);
        Assert.Equal(0, harness.Log.EndOffset.Value);
    }

    [Fact]
    public async Task Truncate_DuringAFlushThatFails_GoesBackFurther()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("lost"));
        await harness.AppendAsync(harness.Record("unwanted"));
        Task cut;
        using (HeldFlush flush = await HoldAsync(harness))
        {
            cut = harness.Log.TruncateAsync(new Offset(1));
            flush.Fails = true;
        }
        await cut;

        Assert.Equal(0, harness.Log.EndOffset.Value);
    }

    [Fact]
    public async Task DeleteRecords_ThatHearsOfAFailedFlush_TakesTheLogBack()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("lost"));
        Task<DeleteRecordsReply> delete;
        using (HeldFlush flush = await HoldAsync(harness))
        {
            delete = harness.Log.DeleteRecordsAsync(new Offset(1));
            flush.Fails = true;
        }
        await delete;
        await DoneAsync(harness);

        Assert.True(harness.Log.NeedsEpoch);
        Assert.Equal(0, harness.Log.EndOffset.Value);
    }

    [Fact]
    public async Task Close_ThatHearsOfAFailedFlush_DoesNotBringBackWhatItLost()
    {
        await using LogHarness harness = await StartAsync();
        await harness.AppendAsync(harness.Record("lost"));
        Task close;
        using (HeldFlush flush = await HoldAsync(harness))
        {
            close = harness.Log.CloseAsync();
            flush.Fails = true;
        }
        await close;
        await DoneAsync(harness);

        Assert.True(harness.Log.NeedsEpoch);
        await harness.LeadAsync();
        Assert.Equal(0, (await harness.AppendAsync(harness.Record("first again"))).BaseOffset.Value);
        Assert.Equal("first again", Assert.Single(await harness.ReadAllAsync()).Record.Value);
    }

    private static Task<LogHarness> StartAsync() =>
        LogHarness.StartAsync(options: new LogOptions { AppendThreads = 1, ReadThreads = 1, MaintenanceBytesPerSecond = 0 }, configs: ("flush.messages", Never));

    // The flush of flush.ms is under way, and stays so until the result is disposed.
    private static async Task<HeldFlush> HoldAsync(LogHarness harness)
    {
        // An append is answered a moment before the timer is armed: behind it on the one append thread it is.
        await harness.Io.Appends.RunAsync(() => { });
        var held = new HeldFlush(harness);
        harness.Time.Advance(TimeSpan.FromMilliseconds(LogConfig.Default.FlushMs));
        await held.Begun.WaitAsync(TestContext.Current.CancellationToken);
        return held;
    }

    private static Task DoneAsync(LogHarness harness) => harness.Io.Flushes.RunAsync(() => { });

    private static async Task<List<(long Offset, TestRecord Record)>> ReadAfterCrashAsync(LogHarness harness)
    {
        // A seed with which nothing that was not flushed survives.
        var random = new NothingSurvives();
        await using LogHarness after = await LogHarness.StartAsync(harness.Simulated.Crash(random), configs: ("flush.messages", Never));
        return await after.ReadAllAsync();
    }

    private sealed class NothingSurvives : Random
    {
        public override int Next(int maxValue) => 0;
    }

    private sealed class HeldFlush : IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldFlush(LogHarness harness)
        {
            harness.Simulated.OnFlush = () =>
            {
                // Only the first: whoever flushes meanwhile is told that all is well.
                if (_begun.TrySetResult())
                {
                    _released.Wait(TestContext.Current.CancellationToken);
                    if (Fails)
                    {
                        throw new IOException("Input/output error");
                    }
                }
            };
        }

        public bool Fails { get; set; }

        public Task Begun => _begun.Task;

        public void Dispose()
        {
            _released.Set();
        }
    }
}
