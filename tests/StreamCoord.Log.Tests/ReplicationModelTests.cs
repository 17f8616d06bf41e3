using StreamCoord.Testing;

namespace StreamCoord.Log.Tests;

/// <summary>
/// A follower's log gets what a leader's has, in pieces, over crashes, kills in the middle of a change, failing disks and leaders that are deposed. When it has caught up both are the same, and nothing that was acknowledged
/// is lost on the way. Each run prints its seed when it fails; STREAMCOORD_TEST_SEED repeats it.
/// </summary>
public sealed class ReplicationModelTests
{
    private const int Runs = 40;
    private const int Steps = 150;

    [Theory]
    [InlineData("delete", "1")]
    [InlineData("delete", "9223372036854775807")]
    [InlineData("compact", "1")]
    public async Task AFollower_BecomesWhatItsLeaderIs(string cleanupPolicy, string flushMessages)
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
        bool compacts = cleanupPolicy == "compact";
        (string, string)[] shared =
        [
            ("cleanup.policy", cleanupPolicy), ("segment.bytes", "900"), ("index.interval.bytes", "100"), ("segment.ms", "60000"), ("retention.ms", random.Next(2) == 0 ? "-1" : "200000"),
            ("delete.retention.ms", "100000"), ("min.cleanable.dirty.ratio", "0.1"), ("file.delete.delay.ms", "1000"),
        ];
        await using LogHarness leader = await LogHarness.StartAsync(configs: [.. shared, ("flush.messages", "1")]);
        leader.CommitLimit = leader.Log.CommitLimit = Offset.Zero;
        await using (LogHarness follower = await LogHarness.StartFollowerAsync([.. shared, ("flush.messages", flushMessages)]))
        {
            var model = new ReplicationModel(leader, follower, random, compacts);
            for (int step = 0; step < Steps; step++)
            {
                await model.StepAsync();
            }
            await model.FinishAsync();
        }
        await CompareNewFollowerAsync(leader, random, shared);
    }

    // One that begins empty gets the gaps that compaction has left, and is torn by crashes on the way.
    private static async Task CompareNewFollowerAsync(LogHarness leader, Random random, (string, string)[] configs)
    {
        await using LogHarness follower = await LogHarness.StartFollowerAsync(configs);
        Offset start = leader.Log.StartOffset;
        while (follower.Log.EndOffset < leader.Log.EndOffset)
        {
            Offset from = Offset.Max(follower.Log.EndOffset, start);
            using Partitions.RecordData data = (await leader.Log.ReadForReplicaAsync(from, random.Next(1, 1500))).Data;
            await follower.Log.FollowAsync(new FollowedChange { BeginAt = from == start ? start : Offset.None, Batches = data.Bytes, MustFlush = random.Next(2) == 0 });
            if (random.Next(4) == 0)
            {
                Offset durable = follower.Log.FlushedOffset;
                await follower.CrashAsync(random);
                Assert.True(follower.Log.EndOffset >= durable, $"{durable} was durable, {follower.Log.EndOffset} is left");
            }
        }
        Assert.Equal(ReplicaBatch.Join(await leader.ReadBatchesAsync(start)), ReplicaBatch.Join(await follower.ReadBatchesAsync(start)));
        Assert.Equal(start, follower.Log.StartOffset);
        Assert.Empty((await follower.Log.VerifyAsync()).Damage);
    }
}
