using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>Reads of what was just written, which take no thread of the disk.</summary>
public sealed class TailReadTests
{
    [Fact]
    public async Task TheNewest_IsReadAtOnce_AndWhatIsOlder_ByTheDisksThreads()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        for (int i = 0; i < 100; i++)
        {
            await harness.AppendAsync(harness.Record($"value {i}"));
        }
        // The only thread that reads is held.
        using var held = new ManualResetEventSlim();
        Task holding = harness.Io.Reads.RunAsync(held.Wait);

        Task<FetchReply> newest = harness.Log.ReadAsync(new Offset(99), 1_000);
        Task<FetchReply> older = harness.Log.ReadAsync(new Offset(10), 1_000);

        Assert.True(newest.IsCompletedSuccessfully);
        Assert.False(older.IsCompleted);
        held.Set();
        await holding;
        Assert.Equal((99, 100), (First(await newest), (await newest).HighWatermark.Value));
        Assert.Equal(10, First(await older));
    }

    [Fact]
    public async Task TheNewest_IsTheSame_WhicheverWayItIsRead()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using LogHarness harness = await LogHarness.StartAsync(configs: ("segment.bytes", "4000"));
        int atOnce = 0;
        for (int i = 0; i < 300; i++)
        {
            await harness.AppendAsync([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => harness.Record(new string('v', random.Next(200))))]);
            var from = new Offset(Math.Max(0, harness.Log.EndOffset.Value - random.Next(1, 8)));
            int maxBytes = random.Next(1, 2_000);

            Task<FetchReply> reading = harness.Log.ReadAsync(from, maxBytes);
            atOnce += reading.IsCompletedSuccessfully ? 1 : 0;
            byte[] read = (await reading).Data.Bytes.ToArray();

            // Another process has nothing of what this one remembers. How many batches fit into a reply depends on where a read begins, which ones does not.
            if (i % 10 == 0)
            {
                await harness.RestartAsync();
                byte[] again = (await harness.Log.ReadAsync(from, maxBytes)).Data.Bytes.ToArray();
                int common = Math.Min(read.Length, again.Length);
                Assert.InRange(common, 1, int.MaxValue);
                Assert.Equal(again.AsSpan(0, common), read.AsSpan(0, common));
            }
        }
        Assert.InRange(atOnce, 100, 300);
    }

    [Fact]
    public async Task TheNewest_IsNotReadBeforeItIsFlushed()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("flushed"));
        await harness.Log.AppendAsync(TestRecord.Batch(harness.Record("written")), RequiredAcks.Leader);
        Assert.Equal((1, 2), (harness.Log.HighWatermark.Value, harness.Log.EndOffset.Value));

        Assert.Equal(0, (await harness.Log.ReadAsync(new Offset(1), 1_000)).Data.Bytes.Length);
        int visible = (await harness.Log.ReadAsync(Offset.Zero, 1_000)).Data.Bytes.Length;
        await harness.AppendAsync(harness.Record("flushed as well"));

        Assert.InRange((await harness.Log.ReadAsync(Offset.Zero, 1_000)).Data.Bytes.Length, (2 * visible) + 1, int.MaxValue);
    }

    [Fact]
    public void AFile_GivesWhatIsCached_AndNothingBehindItsEnd()
    {
        using var directory = new TemporaryDirectory();
        using ILogFile file = new PhysicalDisk().Open(directory.Combine("file"));
        byte[] written = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
        file.Write(written, 0);
        byte[] read = new byte[5_000];

        Assert.True(file.TryReadCached(read, 3_000));
        Assert.Equal(written[3_000..8_000], read);
        Assert.False(file.TryReadCached(read, 6_000));
        Assert.False(file.TryReadCached(read, 20_000));
    }

    private static long First(FetchReply reply) => Records.BatchHeader.TryRead(reply.Data.Bytes.Span, out Records.BatchHeader header) ? header.BaseOffset.Value : -1;
}
