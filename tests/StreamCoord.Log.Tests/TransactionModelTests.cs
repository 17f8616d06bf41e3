using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>
/// Random transactions of several producers beside plain records, with crashes, restarts, retention and compaction in between: what a client that reads committed records makes of the log must be what a list says.
/// Each run prints its seed when it fails; STREAMCOORD_TEST_SEED repeats it.
/// </summary>
public sealed class TransactionModelTests
{
    private const int Runs = 60;
    private const int Steps = 150;

    [Theory]
    [InlineData("delete", "1")]
    [InlineData("delete", "9223372036854775807")]
    [InlineData("compact", "1")]
    public async Task RandomTransactions_AgreeWithAList(string cleanupPolicy, string flushMessages)
    {
        int first = TestSeed.Next();
        for (int seed = first; seed < first + Runs; seed++)
        {
            try
            {
                await RunAsync(seed, cleanupPolicy, flushMessages);
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}: {exception}");
            }
        }
    }

    private static async Task RunAsync(int seed, string cleanupPolicy, string flushMessages)
    {
        var random = new Random(seed);
        await using LogHarness harness = await LogHarness.StartAsync(configs:
        [
            ("cleanup.policy", cleanupPolicy), ("flush.messages", flushMessages), ("segment.bytes", "900"), ("index.interval.bytes", "100"),
            ("segment.ms", "60000"), ("retention.ms", "-1"), ("delete.retention.ms", "100000"), ("min.cleanable.dirty.ratio", "0.1"),
            ("file.delete.delay.ms", "1000"),
        ]);
        var model = new TransactionModel(harness, random);
        for (int step = 0; step < Steps; step++)
        {
            await model.StepAsync();
            await model.CheckAsync();
        }
    }
}
