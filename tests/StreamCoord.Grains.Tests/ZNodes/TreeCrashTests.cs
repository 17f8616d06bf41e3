using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.Log;
using StreamCoord.Testing;
using StreamCoord.Testing.Disk;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>The silo dies at random points and comes back: by the log, by checkpoints that are there, half there or damaged, before and after compaction, the tree is the one that was acknowledged.</summary>
public sealed class TreeCrashTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task KilledUnderLoad_LosesNothingThatWasAcknowledged(int run)
    {
        int seed = unchecked(TestSeed.Next() + run);
        output.WriteLine($"STREAMCOORD_TEST_SEED={unchecked(seed - run)}");
        var random = new Random(seed);
        await using TreeSilo silo = await TreeSilo.StartAsync(Small(historyMs: 86_400_000));
        var workload = new TreeWorkload(silo, seed);
        await workload.CreateRootAsync();
        for (int round = 0; round < 5; round++)
        {
            Task running = workload.RunAsync(150);
            await workload.WaitForAsync(workload.History.Observations.Count + random.Next(1_000));
            await silo.CrashAsync(random);
            await running;
            await workload.AssertConsistentAsync();
        }
        output.WriteLine($"{workload.AcknowledgedCount} writes acknowledged, {workload.UnknownCount} not known");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("half written beside")]
    [InlineData("empty")]
    public async Task Checkpoint_ThatIsOfNoUse_CostsNothing(string damage)
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await using TreeSilo silo = await TreeSilo.StartAsync(Small(historyMs: 0));
        await FillAsync(silo, random, 2_000);
        await silo.Log.Maintain();
        await FillAsync(silo, random, 500);
        var before = await TreeImage.ReadAsync(silo.Tree);

        await silo.RestartAsync(disk => Damage(disk, damage, random));

        Assert.Equal(before, await TreeImage.ReadAsync(silo.Tree));
        await silo.MustAsync(new SetDataOperation("/f", new byte[9]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Compaction_ChangesNothingThatCanBeSeen(int run)
    {
        int seed = unchecked(TestSeed.Next() + run);
        output.WriteLine($"STREAMCOORD_TEST_SEED={unchecked(seed - run)}");
        var random = new Random(seed);
        await using TreeSilo silo = await TreeSilo.StartAsync(Small(historyMs: 0));
        for (int round = 0; round < 4; round++)
        {
            Task filling = FillAsync(silo, random, 1_500);
            while (!filling.IsCompleted)
            {
                await silo.Log.Maintain();
                await Task.Yield();
            }
            await filling;
            var before = await TreeImage.ReadAsync(silo.Tree);
            long logBytes = (await silo.Log.Describe()).SizeBytes;
            await silo.Log.Maintain();
            Assert.Equal(before, await TreeImage.ReadAsync(silo.Tree));
            if (round % 2 == 0)
            {
                await silo.RestartAsync();
            }
            else
            {
                await silo.CrashAsync(random);
            }
            output.WriteLine($"{logBytes} bytes of log before, {(await silo.Log.Describe()).SizeBytes} after; {before.Count} znodes");
            Assert.Equal(before, await TreeImage.ReadAsync(silo.Tree));
        }
        // Without any checkpoint, the compacted log alone must do.
        var last = await TreeImage.ReadAsync(silo.Tree);
        await silo.RestartAsync(disk => Damage(disk, "missing", random));
        Assert.Equal(last, await TreeImage.ReadAsync(silo.Tree));
    }

    private static TreeSiloOptions Small(long historyMs) => new()
    {
        ZNodes = new ZNodeOptions { CheckpointBytes = 65_536, HistoryMs = historyMs },
        Log = (LogOptions options) => options.MaintenanceBytesPerSecond = 0,
    };

    // Many changes of few znodes, so that there is much to drop; some are deleted for good, and children outlive nobody.
    private static async Task FillAsync(TreeSilo silo, Random random, int count)
    {
        await silo.RunAsync(new CreateOperation("/f", null, AclEntry.Open));
        List<Task> running = [];
        for (int i = 0; i < count; i++)
        {
            string top = $"/f/{random.Next(12)}";
            string path = random.Next(3) == 0 ? top : $"{top}/{random.Next(6)}";
            byte[] data = new byte[random.Next(200)];
            random.NextBytes(data);
            running.Add(silo.RunAsync(random.Next(8) switch
            {
                < 3 => new CreateOperation(path, random.Next(5) == 0 ? null : data, AclEntry.Open),
                < 6 => new SetDataOperation(path, data),
                6 => new DeleteOperation(path),
                _ => random.Next(3) == 0 ? new SetAclOperation(path, AclEntry.Open) : new MultiOperation([new SetDataOperation(path, data), new SetDataOperation(top, data), new DeleteOperation(path)]),
            }));
            if (running.Count == 50)
            {
                await Task.WhenAll(running);
                running.Clear();
            }
        }
        await Task.WhenAll(running);
    }

    private static void Damage(SimulatedDisk disk, string damage, Random random)
    {
        string[] files = [.. disk.List("/data/znodes").Select(file => $"/data/znodes/{file.Name}")];
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            byte[] content = disk.Read(path);
            switch (damage)
            {
                case "missing":
                    disk.Delete(path);
                    break;
                case "cut":
                    disk.Overwrite(path, content[..random.Next(content.Length)]);
                    break;
                case "flipped":
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    disk.Overwrite(path, content);
                    break;
                case "empty":
                    disk.Overwrite(path, []);
                    break;
                default:
                    disk.Overwrite(path + ".tmp", content[..random.Next(content.Length)]);
                    break;
            }
        }
    }
}
