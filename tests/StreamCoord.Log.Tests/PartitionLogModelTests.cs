using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>
/// Random operations on a log and on a list: what the list says must be read from the log, whatever was done in between. Each
/// run prints its seed when it fails; STREAMCOORD_TEST_SEED repeats it.
/// </summary>
public sealed class PartitionLogModelTests
{
    private const int Runs = 60;
    private const int Steps = 120;

    [Theory]
    [InlineData("delete", "1")]
    [InlineData("delete", "9223372036854775807")]
    [InlineData("compact", "1")]
    [InlineData("compact,delete", "3")]
    public async Task RandomOperations_AgreeWithAList(string cleanupPolicy, string flushMessages)
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
            ("cleanup.policy", cleanupPolicy), ("flush.messages", flushMessages), ("segment.bytes", "700"), ("index.interval.bytes", "100"),
            ("segment.ms", "60000"), ("retention.ms", "300000"), ("delete.retention.ms", "100000"), ("min.cleanable.dirty.ratio", "0.1"),
            ("file.delete.delay.ms", "1000"),
        ]);
        var model = new LogModel(harness, random);
        for (int step = 0; step < Steps; step++)
        {
            await model.StepAsync();
            await model.CheckAsync();
        }
    }
}
