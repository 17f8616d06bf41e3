using System.Collections.Concurrent;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>A client app's connection: requests and events over grain calls, in ZooKeeper's order.</summary>
public sealed class ZNodeClientGrainTests
{
    [Fact]
    public async Task Event_ComesBeforeTheReplyThatShowsTheNewData()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(new CreateOperation("/a", new byte[] { 0 }, AclEntry.Open));
        var observer = new RecordingObserver();
        IZNodeClientGrain client = await ConnectAsync(silo, observer);

        for (int round = 1; round <= 50; round++)
        {
            ZNodeReply armed = await client.Request(new GetDataOperation("/a"), watch: true);
            Task<ZNodeReply> written = silo.MustAsync(new SetDataOperation("/a", new byte[] { (byte)round }));
            ZNodeReply read;
            do
            {
                read = await client.Request(new GetDataOperation("/a"), watch: false);
            }
            while (read.Stat!.Value.Mzxid == armed.Stat!.Value.Mzxid);
            Assert.Equal(round, observer.Events.Count);
            await written;
        }
        Assert.All(observer.Events, watchEvent => Assert.Equal((WatchEventType.DataChanged, "/a"), (watchEvent.Type, watchEvent.Path)));
    }

    [Fact]
    public async Task RequestsOfAConnection_AreCarriedOutInTheirOrder()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        IZNodeClientGrain client = await ConnectAsync(silo, new RecordingObserver());

        ZNodeReply created = await client.Request(new CreateOperation("/a", "text"u8.ToArray(), AclEntry.Open), watch: false);
        ZNodeReply read = await client.Request(new GetDataOperation("/a"), watch: false);
        ZNodeReply nothing = await client.Request(new CreateOperation("/null", null, AclEntry.Open), watch: false);
        ZNodeReply readNothing = await client.Request(new GetDataOperation("/null"), watch: false);
        ZNodeReply synced = await client.Sync();

        Assert.True(created.IsOk && nothing.IsOk);
        Assert.Equal("text"u8.ToArray(), read.Data!.Value.ToArray());
        Assert.True(readNothing.IsOk);
        Assert.Null(readNothing.Data);
        Assert.True(synced.Zxid >= nothing.Zxid);
    }

    [Fact]
    public async Task Replay_TellsWhatWasMissed_AndArmsTheRest()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        Zxid seen = (await silo.MustAsync(new CreateOperation("/changed", null, AclEntry.Open))).Zxid;
        seen = Zxid.Max(seen, (await silo.MustAsync(new CreateOperation("/same", null, AclEntry.Open))).Zxid);
        await silo.MustAsync(new SetDataOperation("/changed", new byte[] { 1 }));
        var observer = new RecordingObserver();
        IZNodeClientGrain client = await ConnectAsync(silo, observer);

        await client.Replay(new WatchReplay(seen, ["/changed", "/same"], ["/absent"], [], [], []));
        Assert.Equal(["DataChanged /changed"], observer.Described);
        await silo.MustAsync(new CreateOperation("/absent", null, AclEntry.Open));
        await silo.MustAsync(new SetDataOperation("/same", new byte[] { 1 }));
        await client.Sync();

        Assert.Equal(["DataChanged /changed", "Created /absent", "DataChanged /same"], observer.Described);
    }

    [Fact]
    public async Task RecursiveWatch_HearsOfEveryDescendant_UntilItIsRemoved()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        var observer = new RecordingObserver();
        IZNodeClientGrain client = await ConnectAsync(silo, observer);
        await client.AddWatch("/app", WatchKinds.PersistentRecursive);

        await silo.MustAsync(new CreateOperation("/app", null, AclEntry.Open));
        await silo.MustAsync(new CreateOperation("/app/x", null, AclEntry.Open));
        await silo.MustAsync(new DeleteOperation("/app/x"));
        await client.Sync();
        ZNodeReply removed = await client.RemoveWatches("/app", WatchKinds.PersistentRecursive);
        ZNodeReply again = await client.RemoveWatches("/app", WatchKinds.PersistentRecursive);
        await silo.MustAsync(new DeleteOperation("/app"));
        await client.Sync();

        Assert.Equal(["Created /app", "Created /app/x", "Deleted /app/x"], observer.Described);
        Assert.Equal((ZNodeError.Ok, ZNodeError.NoWatcher), (removed.Error, again.Error));
    }

    [Fact]
    public async Task ObserverThatFails_EndsTheConnection()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(new CreateOperation("/a", null, AclEntry.Open));
        var observer = new RecordingObserver { Fails = true };
        IZNodeClientGrain client = await ConnectAsync(silo, observer);
        await client.Request(new ExistsOperation("/a"), watch: true);

        await silo.MustAsync(new SetDataOperation("/a", null));
        ZNodeReply reply = await client.Sync();
        ZNodeReply later = await client.Sync();

        Assert.Equal(ZNodeError.ConnectionLoss, later.Error);
        Assert.Contains(reply.Error, new[] { ZNodeError.ConnectionLoss, ZNodeError.Ok });
        // Orleans holds an observer weakly.
        GC.KeepAlive(observer);
    }

    [Fact]
    public async Task WithoutAConnection_NobodysHistoryIsRead()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        Assert.Null(await silo.Grains.GetGrain<IZNodeClientGrain>(Guid.NewGuid()).ReadHistory("/", WatchKinds.PersistentRecursive, Zxid.Zero, 0));
    }

    [Fact]
    public async Task ResumedSession_IsNotShownLessThanItHasSeen_AndAWrongPasswordWaitsForNothing()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        var observer = new RecordingObserver();
        IZNodeClientGrain first = await ConnectAsync(silo, observer);
        ZNodeReply opened = await first.OpenSession(10_000);
        SessionGrant session = opened.Session!;
        IZNodeClientGrain second = await ConnectAsync(silo, observer);

        Assert.Equal(ZNodeError.AuthFailed, (await second.ResumeSession(session.Session, new byte[16], 10_000, new Zxid(long.MaxValue))).Error);
        Task<ZNodeReply> resumed = second.ResumeSession(session.Session, session.Password, 10_000, opened.Zxid.Next());
        Assert.True((await first.Request(new ExistsOperation("/"), watch: false)).IsOk);
        Assert.False(resumed.IsCompleted);
        Assert.True((await silo.MustAsync(new CreateOperation("/next", null, AclEntry.Open))).Zxid > opened.Zxid);
        Assert.True((await resumed).IsOk);
        Assert.True((await second.Ping()).IsOk);
        GC.KeepAlive(observer);
    }

    [Fact]
    public async Task ReadWithAMinimumZxid_WaitsUntilTheSiloIsThere()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        ZNodeReply created = await silo.MustAsync(new CreateOperation("/a", null, AclEntry.Open));
        IZNodeGrain node = silo.Grains.GetGrain<IZNodeGrain>("/a");

        Task<ZNodeReply> early = node.Read(ZNodeCaller.Anonymous, new GetDataOperation("/a"), created.Zxid.Next());
        ZNodeReply now = await node.Read(ZNodeCaller.Anonymous, new GetDataOperation("/a"), created.Zxid);
        Assert.False(early.IsCompleted);
        ZNodeReply set = await silo.MustAsync(new SetDataOperation("/a", new byte[] { 7 }));
        ZNodeReply late = await early;

        Assert.Equal(0, now.Stat!.Value.Version);
        Assert.Equal((1, set.Zxid), (late.Stat!.Value.Version, late.Stat.Value.Mzxid));
        Assert.Equal([7], late.Data!.Value.ToArray());
    }

    private static async Task<IZNodeClientGrain> ConnectAsync(TreeSilo silo, RecordingObserver observer)
    {
        IZNodeClientGrain client = silo.Grains.GetGrain<IZNodeClientGrain>(Guid.NewGuid());
        await client.Connect(ZNodeCaller.Anonymous, silo.Grains.CreateObjectReference<IZNodeObserver>(observer));
        return client;
    }

    private sealed class RecordingObserver : IZNodeObserver
    {
        public ConcurrentQueue<WatchEvent> Events { get; } = new();

        public bool Fails { get; init; }

        public IEnumerable<string> Described => Events.Select(watchEvent => $"{watchEvent.Type} {watchEvent.Path}");

        public Task OnEvents(IReadOnlyList<WatchEvent> events)
        {
            foreach (WatchEvent watchEvent in events)
            {
                Events.Enqueue(watchEvent);
            }
            return Fails ? Task.FromException(new InvalidOperationException("The observer of this test fails.")) : Task.CompletedTask;
        }
    }
}
