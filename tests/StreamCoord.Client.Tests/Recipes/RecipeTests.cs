using StreamCoord.Client.Recipes;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Client.Tests.Recipes;

/// <summary>The recipes, from outside of a real silo.</summary>
public sealed class RecipeTests(OutsideFixture outside)
{
    // Each addition is two requests, which only the lock holds together. The recipes are kazoo's own.
    private const string Python = """
        import sys
        from kazoo.client import KazooClient
        address, root = sys.argv[1:]
        zk = KazooClient(hosts=address)
        zk.start()
        lock, write = zk.Lock(root + "/lock", "python"), zk.WriteLock(root + "/rw", "python")
        def add(guard, path):
            with guard:
                value, _ = zk.get(path)
                zk.set(path, str(int(value) + 1).encode())
        counter = zk.Counter(root + "/counter")
        for i in range(100):
            add(lock, root + "/locked")
            add(write, root + "/written")
            counter += 1
        assert set(zk.Party(root + "/party")) == {"csharp"}, list(zk.Party(root + "/party"))
        assert zk.Election(root + "/election").contenders() == ["csharp"]
        zk.Barrier(root + "/barrier").remove()
        zk.stop()
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PythonAndCSharp_ShareEachRecipe()
    {
        await using ZNodeSession session = await OpenAsync();
        string root = await RootAsync(session);
        await session.CreateAsync($"{root}/locked", "0"u8.ToArray(), cancellationToken: Stop);
        await session.CreateAsync($"{root}/written", "0"u8.ToArray(), cancellationToken: Stop);
        var mutex = new DistributedLock(session, $"{root}/lock", "csharp");
        var readWrite = new DistributedReadWriteLock(session, $"{root}/rw", "csharp");
        var counter = new DistributedCounter(session, $"{root}/counter");
        var barrier = new DistributedBarrier(session, $"{root}/barrier");
        await barrier.CloseAsync(Stop);
        await using IAsyncDisposable member = await new GroupMembership(session, $"{root}/party").JoinAsync("csharp", Stop);
        await using LockHold led = await new LeaderElection(session, $"{root}/election", "csharp").LeadAsync(Stop);

        Task python = SystemTool.RunWithInputAsync(Python, "/usr/bin/python3", "-", outside.Silo.ZooKeeper, root);
        for (int i = 0; i < 100; i++)
        {
            await AddAsync(session, mutex.AcquireAsync, $"{root}/locked");
            await AddAsync(session, readWrite.AcquireWriteAsync, $"{root}/written");
            await counter.AddAsync(1, Stop);
        }
        await barrier.WaitAsync(Stop);
        await python;

        Assert.Equal(("200", "200"), ((await session.GetAsync($"{root}/locked", cancellationToken: Stop)).Text, (await session.GetAsync($"{root}/written", cancellationToken: Stop)).Text));
        Assert.Equal(200, await counter.GetAsync(Stop));
    }

    [Fact]
    public async Task LockThatIsHeld_IsNotHadInTime_AndNothingIsLeftBehind()
    {
        await using ZNodeSession session = await OpenAsync();
        string root = await RootAsync(session);
        var mutex = new DistributedLock(session, root, "one");
        LockHold held = await mutex.AcquireAsync(Stop);

        Assert.Null(await mutex.TryAcquireAsync(TimeSpan.Zero, Stop));
        Assert.Null(await mutex.TryAcquireAsync(TimeSpan.FromMilliseconds(50), Stop));
        Assert.Equal(["one"], await mutex.ListContendersAsync(Stop));
        await held.DisposeAsync();
        await using LockHold? again = await mutex.TryAcquireAsync(ConsumerReads.Limit, Stop);

        Assert.True(again!.FencingToken > held.FencingToken);
        Assert.Single(await session.GetChildrenAsync(root, cancellationToken: Stop));
    }

    [Fact]
    public async Task LockGoesToTheOneThatCameFirst_AndFencingTokensRise()
    {
        await using ZNodeSession session = await OpenAsync();
        string root = await RootAsync(session);
        List<(int Number, Zxid Token)> holders = [];
        LockHold first = await new DistributedLock(session, root).AcquireAsync(Stop);
        List<Task> waiting = [];
        for (int i = 0; i < 20; i++)
        {
            waiting.Add(HoldAsync(i));
            while ((await session.GetChildrenAsync(root, cancellationToken: Stop)).Count < i + 2)
            {
                await session.SyncAsync(Stop);
            }
        }
        await first.DisposeAsync();
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 20), holders.Select(holder => holder.Number));
        Assert.Equal(holders.Select(holder => holder.Token).Order(), holders.Select(holder => holder.Token));

        async Task HoldAsync(int number)
        {
            await using LockHold hold = await new DistributedLock(session, root).AcquireAsync(Stop);
            holders.Add((number, hold.FencingToken));
        }
    }

    [Theory]
    [InlineData("session")]
    [InlineData("znode")]
    public async Task HolderHearsThatTheLockIsLost_AndTheNextHasIt(string how)
    {
        await using ZNodeSession session = await OpenAsync();
        await using ZNodeSession other = await OpenAsync();
        string root = await RootAsync(other);
        LockHold held = await new DistributedLock(session, root).AcquireAsync(Stop);
        Task<LockHold> next = new DistributedLock(other, root).AcquireAsync(Stop);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = held.Lost.Register(lost.SetResult);
        await other.SetAsync(held.Path, "what is no reason to lose it", cancellationToken: Stop);

        await (how == "session" ? session.DisposeAsync().AsTask() : other.DeleteAsync(held.Path, cancellationToken: Stop));

        await lost.Task.WaitAsync(ConsumerReads.Limit, Stop);
        await using LockHold had = await next.WaitAsync(ConsumerReads.Limit, Stop);
        Assert.False(had.Lost.IsCancellationRequested);
        await held.DisposeAsync();
        Assert.NotNull(await other.ExistsAsync(had.Path, cancellationToken: Stop));
    }

    [Fact]
    public async Task ReadersShare_AndAWriterIsAlone()
    {
        await using ZNodeSession session = await OpenAsync();
        string root = await RootAsync(session);
        var readWrite = new DistributedReadWriteLock(session, root);
        LockHold one = await readWrite.AcquireReadAsync(Stop);
        LockHold two = await readWrite.AcquireReadAsync(Stop);
        Task<LockHold> writer = readWrite.AcquireWriteAsync(Stop);
        while ((await session.GetChildrenAsync(root, cancellationToken: Stop)).Count < 3)
        {
            await session.SyncAsync(Stop);
        }
        Task<LockHold> late = readWrite.AcquireReadAsync(Stop);

        await one.DisposeAsync();
        await session.SyncAsync(Stop);
        Assert.False(writer.IsCompleted || late.IsCompleted);
        await two.DisposeAsync();
        LockHold written = await writer.WaitAsync(ConsumerReads.Limit, Stop);
        await session.SyncAsync(Stop);
        Assert.False(late.IsCompleted);
        await written.DisposeAsync();
        await (await late.WaitAsync(ConsumerReads.Limit, Stop)).DisposeAsync();
    }

    [Fact]
    public async Task Election_HandsOver_AndStandsAgainWhenLeadershipIsLost()
    {
        await using ZNodeSession session = await OpenAsync();
        await using ZNodeSession other = await OpenAsync();
        string root = await RootAsync(session);
        var leading = new SemaphoreSlim(0);
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int times = 0;
        var election = new LeaderElection(session, root, "a");
        Task run = election.RunAsync(async token =>
        {
            times++;
            leading.Release();
            await finish.Task.WaitAsync(token);
        }, Stop);
        Assert.True(await leading.WaitAsync(ConsumerReads.Limit, Stop));
        Assert.Equal(["a"], await election.ListCandidatesAsync(Stop));
        await other.DeleteAsync($"{root}/{Assert.Single(await other.GetChildrenAsync(root, cancellationToken: Stop))}", cancellationToken: Stop);
        Assert.True(await leading.WaitAsync(ConsumerReads.Limit, Stop));
        Task<LockHold> next = new LeaderElection(other, root, "b").LeadAsync(Stop);

        finish.SetResult();
        await run.WaitAsync(ConsumerReads.Limit, Stop);

        await using LockHold led = await next.WaitAsync(ConsumerReads.Limit, Stop);
        Assert.Equal(2, times);
    }

    [Fact]
    public async Task CounterThatHoldsSomethingElse_SaysSo()
    {
        await using ZNodeSession session = await OpenAsync();
        string root = await RootAsync(session);
        var counter = new DistributedCounter(session, $"{root}/n");
        Assert.Equal((0, -3), (await counter.GetAsync(Stop), await counter.AddAsync(-3, Stop)));
        await session.SetAsync($"{root}/n", "many", cancellationToken: Stop);
        Assert.Contains("many", (await Assert.ThrowsAsync<FormatException>(() => counter.AddAsync(1, Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_ComeAndGo()
    {
        await using ZNodeSession session = await OpenAsync();
        ZNodeSession other = await OpenAsync();
        string root = await RootAsync(session);
        var group = new GroupMembership(session, root);
        IAsyncDisposable left = await group.JoinAsync("a", Stop);
        await new GroupMembership(other, root).JoinAsync("b", Stop);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.Equal(["a", "b"], (await group.ListAsync(_ => changed.TrySetResult(), Stop)).Order());

        await left.DisposeAsync();
        await changed.Task.WaitAsync(ConsumerReads.Limit, Stop);
        await other.DisposeAsync();
        Assert.Empty(await group.ListAsync(cancellationToken: Stop));
    }

    private static async Task AddAsync(ZNodeSession session, Func<CancellationToken, Task<LockHold>> acquire, string path)
    {
        await using LockHold hold = await acquire(Stop);
        int value = int.Parse((await session.GetAsync(path, cancellationToken: Stop)).Text!);
        await session.SetAsync(path, $"{value + 1}", cancellationToken: Stop);
    }

    private Task<ZNodeSession> OpenAsync() => outside.Client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 40_000 }, Stop);

    private async Task<string> RootAsync(ZNodeSession session)
    {
        string root = $"/{outside.NewName()}";
        await session.CreateAsync(root, cancellationToken: Stop);
        return root;
    }
}
