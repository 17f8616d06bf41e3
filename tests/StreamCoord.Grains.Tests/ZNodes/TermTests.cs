using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Partitions;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>Terms of the sequencer end, by a failing or full disk or by a rival, while clients write: what was acknowledged stays, what was not is whole or not there, and the next term goes on.</summary>
public sealed class TermTests(ITestOutputHelper output)
{
    private const int Rounds = 6;

    [Fact]
    public Task FlushesThatFail_CostOnlyWhatWasNotAcknowledged() => RunAsync((silo, random) =>
    {
        silo.Disk.FlushFailures = 1 + random.Next(2);
        return Task.CompletedTask;
    });

    [Fact]
    public Task DiskThatIsFullForAWhile_CostsOnlyWhatWasNotAcknowledged() => RunAsync(async (silo, random, history) =>
    {
        silo.Disk.CapacityBytes = silo.Disk.UsedBytes + random.Next(2_000);
        ZNodeReply reply;
        do
        {
            var write = new SetDataOperation("/t", BitConverter.GetBytes(-random.Next()));
            reply = await history.ObserveAsync(101, ZNodeCaller.Anonymous, write, false, () => silo.RunAsync(write));
        }
        while (reply.IsOk);
        silo.Disk.CapacityBytes = long.MaxValue;
    });

    [Fact]
    public Task TermThatSomebodyElseBegins_FencesTheOneBefore() => RunAsync(async (silo, _) =>
        Assert.Equal(ErrorCode.None, (await silo.Log.BeginTerm()).Error));

    [Fact]
    public async Task SecondSequencer_AndTheFirst_NeverWriteInOneTerm()
    {
        var wrote = 0;
        await RunAsync(async (silo, random, history) =>
        {
            // The silo's own term mostly fences it first, until the clients have nothing to write any more.
            for (int before = wrote; wrote == before;)
            {
                (SequencerTerm rival, LeaderEpoch epoch) = await BeginRivalAsync(silo);
                for (int i = 0; i < 20; i++)
                {
                    var write = new SetDataOperation("/t", BitConverter.GetBytes(-random.Next()));
                    ZNodeReply reply = await history.ObserveAsync(100, ZNodeCaller.Anonymous, write, false, async () =>
                        (await rival.SubmitAsync(new WriteBatch(Guid.Empty, 0, epoch, [new WriteRequest(ZNodeCaller.Anonymous, write)]))).Replies[0]);
                    wrote += reply.IsOk ? 1 : 0;
                }
                rival.Dispose();
            }
        });
        output.WriteLine($"the rival wrote {wrote} times");
    }

    [Fact]
    public async Task WriteInFlight_WhenTheDiskFails_IsNotKnown_AndConnectionsBreak()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(new CreateOperation("/a", new byte[1], AclEntry.Open));
        var client = new WatchingClient(silo.Tree, new Random(1));
        await client.CompleteAsync();
        silo.Disk.FlushFailures = 1;

        Assert.Equal(ZNodeError.ConnectionLoss, (await silo.RunAsync(new SetDataOperation("/a", new byte[2]))).Error);
        Assert.Equal(1, (await silo.MustAsync(new GetDataOperation("/a"))).Stat!.Value.DataLength);
        silo.Disk.FlushFailures = 1;
        ZNodeReply early = await silo.RunAsync(new SetDataOperation("/a", new byte[3]));
        // The term could not even begin: nothing was carried out, and it is safe to say so.
        Assert.Equal(ZNodeError.RequestTimeout, early.Error);
        Assert.Equal(1, (await silo.MustAsync(new SetDataOperation("/a", new byte[4]))).Stat!.Value.Version);
        silo.Disk.FlushFailures = 1;
        await client.SendAsync(new Sent(new SetDataOperation("/a", new byte[5])));
        await client.CompleteAsync();

        Assert.Single(client.BreakReasons);
        await client.DisposeAsync();
        Assert.Equal(4, (await silo.MustAsync(new GetDataOperation("/a"))).Stat!.Value.DataLength);
        Assert.Equal(2, (await silo.MustAsync(new SetDataOperation("/a", new byte[6]))).Stat!.Value.Version);
    }

    [Fact]
    public async Task WriteThatFindsNoSequencer_BreaksItsConnection_AndChangesNothing()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(new CreateOperation("/a", new byte[1], AclEntry.Open));
        var client = new WatchingClient(silo.Tree, new Random(1));
        await client.CompleteAsync();
        silo.Disk.FlushFailures = 1;
        Assert.Equal(ZNodeError.ConnectionLoss, (await silo.RunAsync(new SetDataOperation("/a", new byte[2]))).Error);

        silo.Disk.FlushFailures = 1;
        await client.SendAsync(new Sent(new SetDataOperation("/a", new byte[3])));
        await client.CompleteAsync();

        Assert.StartsWith("Nothing was carried out", Assert.Single(client.BreakReasons), StringComparison.Ordinal);
        await client.DisposeAsync();
        Assert.Equal(1, (await silo.MustAsync(new GetDataOperation("/a"))).Stat!.Value.DataLength);
    }

    // The sequencer of the silo mostly begins its next term faster.
    private static async Task<(SequencerTerm Rival, LeaderEpoch Epoch)> BeginRivalAsync(TreeSilo silo)
    {
        var feed = silo.Services.GetRequiredService<TreeFeed>();
        var context = new TermContext(silo.Log, new ZNodeOptions(), TimeProvider.System, silo.Services.GetRequiredService<TreeMetrics>(), NullLogger.Instance, SessionsBefore: null);
        while (true)
        {
            TermReply granted = await silo.Log.BeginTerm();
            await feed.WaitOffsetAsync(granted.EndOffset);
            if (await SequencerTerm.BeginAsync(context, granted.Epoch, feed) is { } rival)
            {
                return (rival, granted.Epoch);
            }
        }
    }

    private Task RunAsync(Func<TreeSilo, Random, Task> trouble) => RunAsync((silo, random, _) => trouble(silo, random));

    private async Task RunAsync(Func<TreeSilo, Random, History, Task> trouble)
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await using TreeSilo silo = await TreeSilo.StartAsync();
        var workload = new TreeWorkload(silo, seed);
        await workload.CreateRootAsync();
        LeaderEpoch before = await silo.Sequencer.GetTerm();
        for (int round = 0; round < Rounds; round++)
        {
            Task running = workload.RunAsync(60);
            await workload.WaitForAsync(workload.History.Observations.Count + random.Next(200));
            await trouble(silo, random, workload.History);
            await running;
            silo.Disk.FlushFailures = 0;
        }
        Assert.True(await silo.Sequencer.GetTerm() > before);
        output.WriteLine($"{workload.AcknowledgedCount} writes acknowledged, {workload.UnknownCount} not known");
        await workload.AssertConsistentAsync();
        await silo.RestartAsync();
        await workload.AssertConsistentAsync();
    }
}
