using Microsoft.Extensions.Hosting;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Coordination;

/// <summary>Connections that break at any call, and silos that stand still or are killed: sessions go on with everything they watch, or know at once that they are lost.</summary>
public sealed class LostConnectionTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchThatLasts_HasEveryChangeOnce_HoweverOftenTheConnectionBreaks()
    {
        await using var silo = new InsideSilo();
        await silo.InitializeAsync();
        await using ZNodeSession writer = await silo.Client.OpenSessionAsync(cancellationToken: Stop);
        await writer.CreateAsync("/w", cancellationToken: Stop);
        await using ZNodeSession reader = await silo.Client.OpenSessionAsync(cancellationToken: Stop);
        await using ZNodeWatch watch = await reader.WatchAsync("/w", isRecursive: true, Stop);
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        silo.Faults.Begin(seed, oneIn: 8);
        var random = new Random(seed);

        using var written = new CancellationTokenSource();
        Task breaking = AskAsync(reader, written.Token);
        for (int i = 0; i < 400; i++)
        {
            await WriteAsync(writer, random.Next(4));
        }
        await written.CancelAsync();
        await breaking;
        silo.Faults.Begin(seed, oneIn: 0);
        await WriteAsync(writer, child: 9);
        List<WatchEvent> told = await ToldUntilAsync(watch, "/w/9");
        var expected = new List<WatchEvent>();
        ICoordination tree = (ICoordination)silo.Services.GetService(typeof(ICoordination))!;
        await foreach (WatchEvent watchEvent in tree.ReadHistoryAsync(ZNodeCaller.Service, "/w", WatchKinds.PersistentRecursive, (await reader.ExistsAsync("/w", cancellationToken: Stop))!.Value.Czxid, Stop))
        {
            expected.Add(watchEvent);
        }

        output.WriteLine($"{told.Count} events, {silo.Faults.Count} faults.");
        Assert.Equal(expected, told);
        Assert.True(told.Count > 200 && silo.Faults.Count > 50);
    }

    [Fact]
    public async Task SessionAndItsWatches_OutliveTheSilo()
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess first = await SiloProcess.StartAsync(directory.Path);
        string gateway = await ClientHost.GatewayAsync(directory.Path);
        using IHost host = await ClientHost.StartAsync(first, directory.Path);
        await using ZNodeSession session = await host.Client().OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 40_000 }, Stop);
        await session.CreateAsync("/mine", mode: CreateMode.Ephemeral, cancellationToken: Stop);
        var created = new TaskCompletionSource<WatchEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.Null(await session.ExistsAsync("/later", created.SetResult, Stop));
        await using ZNodeWatch watch = await session.WatchAsync("/mine", cancellationToken: Stop);
        await session.SetAsync("/mine", "before", cancellationToken: Stop);

        await first.KillAsync();
        await using SiloProcess second = await SiloProcess.StartAsync(directory.Path, $"--StreamCoord:Orleans:GatewayEndpoint={gateway}");
        Assert.Equal(session.Id, (await session.ExistsAsync("/mine", cancellationToken: Stop))!.Value.EphemeralOwner);
        await session.SetAsync("/mine", "after", cancellationToken: Stop);
        await session.CreateAsync("/later", cancellationToken: Stop);

        Assert.Equal(["DataChanged /mine", "DataChanged /mine"], await SessionTests.TakeAsync(watch, 2, ""));
        Assert.Equal(WatchEventType.Created, (await created.Task.WaitAsync(ConsumerReads.Limit, Stop)).Type);
        Assert.False(session.Lost.IsCancellationRequested);
        await session.DisposeAsync();
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task SessionThatHearsNothingForItsTimeout_IsLost_WhileNobodyCanSaySo()
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path, "--StreamCoord:ZooKeeper:TickTimeMs=500");
        using IHost host = await ClientHost.StartAsync(silo, directory.Path);
        await using ZNodeSession session = await host.Client().OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 1_000 }, Stop);
        await session.CreateAsync("/mine", mode: CreateMode.Ephemeral, cancellationToken: Stop);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = session.Lost.Register(lost.SetResult);

        silo.Pause();
        await lost.Task.WaitAsync(ConsumerReads.Limit, Stop);
        Assert.Equal(ZNodeError.SessionExpired, await SessionTests.ErrorOf(session.GetAsync("/mine", cancellationToken: Stop)));
        silo.Resume();

        await using ZNodeSession next = await host.Client().OpenSessionAsync(cancellationToken: Stop);
        Assert.NotEqual(session.Id, next.Id);
        // An app may stop its way to the cluster before its sessions.
        await host.StopAsync(Stop);
    }

    // So that its connection breaks, again and again, while the tree changes.
    private static async Task AskAsync(ZNodeSession session, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await session.ExistsAsync("/w", cancellationToken: Stop);
        }
    }

    // Whatever becomes of it; the log says what has happened.
    private static async Task WriteAsync(ZNodeSession writer, int child)
    {
        try
        {
            if (await writer.ExistsAsync($"/w/{child}", cancellationToken: Stop) is null)
            {
                await writer.CreateAsync($"/w/{child}", cancellationToken: Stop);
            }
            else if (child % 2 == 0)
            {
                await writer.SetAsync($"/w/{child}", "x", cancellationToken: Stop);
            }
            else
            {
                await writer.MultiAsync([new SetDataOperation($"/w/{child}", null), new DeleteOperation($"/w/{child}")], Stop);
            }
        }
        catch (ZNodeException failure) when (failure.Error is ZNodeError.ConnectionLoss or ZNodeError.SessionMoved)
        {
            // The next write comes.
        }
    }

    private static async Task<List<WatchEvent>> ToldUntilAsync(ZNodeWatch watch, string path)
    {
        List<WatchEvent> told = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(ConsumerReads.Limit);
        await foreach (WatchEvent watchEvent in watch.ReadAsync(limit.Token))
        {
            told.Add(watchEvent);
            if (watchEvent.Path == path)
            {
                break;
            }
        }
        return told;
    }
}
