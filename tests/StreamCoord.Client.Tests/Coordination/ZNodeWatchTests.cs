using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Coordination;

/// <summary>What a watch makes of connections that break at any moment, and of silos that are behind: every event once, in order.</summary>
public sealed class ZNodeWatchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryEvent_IsToldOnce_WhateverConnectionsSay()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        for (int i = 0; i < 500; i++)
        {
            await RunAsync(new Random(unchecked(seed + i)));
        }
    }

    private static async Task RunAsync(Random random)
    {
        List<WatchEvent> log = [];
        int zxid = 1;
        for (int i = 0; i < 60; i++)
        {
            // Several of one transaction stand together.
            zxid += random.Next(3) == 0 ? 0 : random.Next(1, 3);
            log.Add(new WatchEvent(WatchEventType.DataChanged, $"/{i}", new Zxid(zxid)));
        }
        Zxid end = new(zxid);
        await using var watch = new ZNodeWatch("/", isRecursive: true, log.Count, _ => ValueTask.CompletedTask);
        watch.BeginCatchUp();
        watch.EndCatchUp(Zxid.Zero);
        int known = 0;
        for (int connection = 0; connection < 6; connection++)
        {
            // Silos have a prefix of the log, which may be shorter than the one before had.
            known = Math.Min(log.Count, Math.Max(0, known + random.Next(-5, 20)));
            Connect(watch, log, known, random);
        }
        Connect(watch, log, log.Count, random: null);
        watch.Pass(end);
        watch.Fail(null);
        List<WatchEvent> told = [];
        await foreach (WatchEvent watchEvent in watch.ReadAsync(TestContext.Current.CancellationToken))
        {
            told.Add(watchEvent);
        }
        Assert.Equal(log, told);
    }

    // Breaks wherever the dice say.
    private static void Connect(ZNodeWatch watch, List<WatchEvent> log, int known, Random? random)
    {
        bool Breaks() => random?.Next(4) == 0;
        Zxid armedAt = known == 0 ? Zxid.Zero : log[known - 1].Zxid;
        List<WatchEvent> told = log.FindAll(watchEvent => watchEvent.Zxid <= armedAt);
        Queue<WatchEvent> live = new(log.Skip(told.Count).Take(random?.Next(10) ?? log.Count));
        (Zxid after, int skipCount) = watch.BeginCatchUp();
        bool isComplete = after >= armedAt;
        while (!isComplete)
        {
            if (Breaks())
            {
                return;
            }
            // Another watch of the session may have armed the path before.
            watch.Tell(told[^1]);
            List<WatchEvent> missed = [.. told.Where(watchEvent => watchEvent.Zxid > after).Skip(skipCount).Take(3)];
            (after, skipCount) = watch.CatchUp(missed, armedAt);
            isComplete = missed.Count < 3;
            if (random?.Next(2) == 0 && live.TryDequeue(out WatchEvent? early))
            {
                watch.Tell(early);
            }
        }
        watch.EndCatchUp(armedAt);
        while (live.TryDequeue(out WatchEvent? next) && !Breaks())
        {
            watch.Tell(next);
        }
    }
}
