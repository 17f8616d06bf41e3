using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>Many callers at once on the real file system: appends, reads, retention, compaction and closing, all of one log.</summary>
public sealed class ConcurrencyTests
{
    private const int Writers = 6;
    private const int AppendsEach = 150;

    [Theory]
    [InlineData("delete")]
    [InlineData("compact")]
    public async Task EverythingAtOnce_KeepsOrderAndEveryRecord(string cleanupPolicy)
    {
        using var directory = new TemporaryDirectory();
        await using LogHarness harness = await LogHarness.StartAsync(
            new PhysicalDisk(), directory.Path, new LogOptions { MaintenanceBytesPerSecond = 0 },
            ("cleanup.policy", cleanupPolicy), ("segment.bytes", "4000"), ("index.interval.bytes", "200"), ("min.cleanable.dirty.ratio", "0.1"));
        using var done = new CancellationTokenSource();
        Task[] others = [
            .. Enumerable.Range(0, 3).Select(_ => ReadUntilAsync(harness, done.Token)),
            RepeatUntilAsync(() => harness.Log.MaintainAsync(), done.Token),
            RepeatUntilAsync(() => harness.Log.CloseIfIdleAsync(TimeSpan.Zero), done.Token),
            RepeatUntilAsync(async () => Assert.Empty((await harness.Log.VerifyAsync()).Damage), done.Token),
        ];

        long[][] offsets = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(harness, writer)));
        await done.CancelAsync();
        await Task.WhenAll(others);

        Assert.Equal(Enumerable.Range(0, Writers * AppendsEach).Select(i => (long)i), offsets.SelectMany(each => each).Order());
        var left = (await harness.ReadAllAsync(maxBytes: 10_000)).ToDictionary(pair => pair.Offset, pair => pair.Record);
        for (int writer = 0; writer < Writers; writer++)
        {
            for (int i = cleanupPolicy == "delete" ? 0 : AppendsEach - 1; i < AppendsEach; i++)
            {
                Assert.Equal(($"writer {writer}", $"value {i}"), (left[offsets[writer][i]].Key, left[offsets[writer][i]].Value));
            }
        }
        Assert.Empty(Directory.GetFiles(directory.Path, "*.cleaned", SearchOption.AllDirectories));
    }

    private static async Task<long[]> WriteAsync(LogHarness harness, int writer)
    {
        long[] offsets = new long[AppendsEach];
        for (int i = 0; i < AppendsEach; i++)
        {
            AppendReply reply = await harness.AppendAsync(harness.Record($"value {i}", $"writer {writer}"));
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            offsets[i] = reply.BaseOffset.Value;
            Assert.True(i == 0 || offsets[i] > offsets[i - 1]);
        }
        return offsets;
    }

    // A reader sees each writer's records in their order, up to the end that was visible when it began.
    private static Task ReadUntilAsync(LogHarness harness, CancellationToken done) => RepeatUntilAsync(async () =>
    {
        Dictionary<string, int> newest = [];
        long last = -1;
        foreach ((long offset, TestRecord record) in await harness.ReadAllAsync(maxBytes: 3000))
        {
            Assert.True(offset > last, $"{offset} after {last}");
            last = offset;
            int number = int.Parse(record.Value!.AsSpan("value ".Length), System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(number > newest.GetValueOrDefault(record.Key!, -1));
            newest[record.Key!] = number;
        }
    }, done);

    private static async Task RepeatUntilAsync(Func<Task> action, CancellationToken done)
    {
        await Task.Yield();
        do
        {
            await action();
            await Task.Yield();
        }
        while (!done.IsCancellationRequested);
    }
}
