using System.Text;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>How sessions, containers and TTL znodes live and end on a silo, by a clock that the test moves.</summary>
public sealed class SessionLifeTests : IAsyncDisposable
{
    private const int TickMs = 1_000;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private TreeSilo? _silo;

    private TreeSilo Silo => _silo!;

    [Fact]
    public async Task Expiry_DeletesAllEphemeralsInOneTransaction()
    {
        await StartAsync();
        ZNodeCaller session = await Silo.OpenSessionAsync(4 * TickMs);
        await Silo.MustAsync(Create("/e"));
        for (int i = 0; i < 20; i++)
        {
            await Silo.MustAsync(Create($"/e/{i}", CreateMode.Ephemeral), session);
        }
        await PassAsync(4 * TickMs - (TickMs / 2));
        Assert.Equal(20, await ChildCountAsync("/e"));

        await PassAsync(4 * TickMs);

        Assert.Equal(0, await ChildCountAsync("/e"));
        IReadOnlyList<LogTransaction> log = await LogTransaction.ReadAllAsync(Silo.Log);
        LogTransaction end = Assert.Single(log, transaction => transaction.Changes.Any(change => change.Type == WatchEventType.Deleted));
        Assert.Equal(20, end.Changes.Count);
        Assert.Equal([(session.Session, false)], end.Sessions);
        Assert.Equal(ZNodeError.SessionExpired, (await Silo.RunAsync(Create("/e/x", CreateMode.Ephemeral), session)).Error);
        Assert.Equal(ZNodeError.SessionExpired, (await Silo.RunAsync(new SetDataOperation("/e", new byte[1]), session)).Error);
    }

    [Fact]
    public async Task Heartbeats_KeepASessionAlive_AndRequestsDoToo()
    {
        await StartAsync();
        ZNodeCaller touched = await Silo.OpenSessionAsync(4 * TickMs);
        ZNodeCaller writing = await Silo.OpenSessionAsync(4 * TickMs);
        ZNodeCaller silent = await Silo.OpenSessionAsync(4 * TickMs);
        foreach (ZNodeCaller caller in (ZNodeCaller[])[touched, writing, silent])
        {
            await Silo.MustAsync(Create($"/{caller.Session}", CreateMode.Ephemeral), caller);
        }
        await Silo.MustAsync(Create("/data"));
        for (int i = 0; i < 10; i++)
        {
            Silo.Tree.Touch(touched.Session);
            await Silo.MustAsync(new SetDataOperation("/data", new byte[1]), writing);
            await PassAsync(2 * TickMs);
        }

        Assert.True((await Silo.RunAsync(new ExistsOperation($"/{touched.Session}"))).IsOk);
        Assert.True((await Silo.RunAsync(new ExistsOperation($"/{writing.Session}"))).IsOk);
        Assert.Equal(ZNodeError.NoNode, (await Silo.RunAsync(new ExistsOperation($"/{silent.Session}"))).Error);
    }

    [Fact]
    public async Task Restart_GivesEverySessionItsFullTimeoutAgain_AndItsPasswordStays()
    {
        await StartAsync();
        ZNodeReply opened = await Silo.MustAsync(new OpenSessionOperation(4 * TickMs, new NodeId(1)));
        var session = new ZNodeCaller(opened.Session!.Session, []);
        await Silo.MustAsync(Create("/e", CreateMode.Ephemeral), session);
        await PassAsync(4 * TickMs - (TickMs / 2));
        await Silo.CrashAsync(new Random(1));

        await PassAsync(4 * TickMs - (TickMs / 2));
        Assert.True((await Silo.RunAsync(new ExistsOperation("/e"))).IsOk);
        Assert.Equal(ZNodeError.AuthFailed, (await Silo.Tree.ResumeSessionAsync(session.Session, new byte[16], null)).Error);
        ZNodeReply resumed = await Silo.Tree.ResumeSessionAsync(session.Session, opened.Session.Password, null);
        Assert.True(resumed.IsOk, resumed.Message);
        Assert.Equal(4 * TickMs, resumed.Session!.TimeoutMs);

        await PassAsync(7 * TickMs);
        Assert.Equal(ZNodeError.NoNode, (await Silo.RunAsync(new ExistsOperation("/e"))).Error);
        Assert.Equal(ZNodeError.SessionExpired, (await Silo.Tree.ResumeSessionAsync(session.Session, opened.Session.Password, null)).Error);
    }

    [Fact]
    public async Task ClientThatComesBack_GetsTheTimeoutItAsksFor_InTheNextTermToo()
    {
        await StartAsync();
        SessionGrant longer = (await Silo.MustAsync(new OpenSessionOperation(4 * TickMs, new NodeId(1)))).Session!;
        SessionGrant shorter = (await Silo.MustAsync(new OpenSessionOperation(10 * TickMs, new NodeId(1)))).Session!;
        SessionGrant same = (await Silo.MustAsync(new OpenSessionOperation(4 * TickMs, new NodeId(1)))).Session!;
        Assert.Equal(20 * TickMs, await ResumeAsync(longer, int.MaxValue));
        Assert.Equal(2 * TickMs, await ResumeAsync(shorter, 0));
        Assert.Equal(4 * TickMs, await ResumeAsync(same, null));

        Silo.Disk.FlushFailures = 1;
        Assert.Equal(ZNodeError.ConnectionLoss, (await Silo.RunAsync(Create("/lost"))).Error);
        await Silo.MustAsync(Create("/next"));
        // A sign of life counts from the sequencer's next look at its sessions, a quarter of a tick later; then come the timeout and a tick.
        await PassAsync((TickMs / 4) + (4 * TickMs) + TickMs);
        Assert.Equal((true, false, false), (Silo.Tree.IsAlive(longer.Session), Silo.Tree.IsAlive(shorter.Session), Silo.Tree.IsAlive(same.Session)));
        await PassAsync(17 * TickMs);
        Assert.False(Silo.Tree.IsAlive(longer.Session));
    }

    [Fact]
    public async Task SessionThatHasMoved_IsNotWrittenForByItsOlderConnection_InTheNextTermNeither()
    {
        await StartAsync();
        SessionGrant opened = (await Silo.MustAsync(new OpenSessionOperation(20 * TickMs, new NodeId(1)))).Session!;
        var older = new ZNodeCaller(opened.Session, []) { Owner = opened.Owner };
        await Silo.MustAsync(Create("/s"), older);
        // As another silo does for a client that has connected there.
        SessionGrant moved = (await Silo.Tree.ResumeSessionAsync(opened.Session, opened.Password, 20 * TickMs)).Session!;
        ZNodeCaller newer = older with { Owner = moved.Owner };

        Assert.Equal(ZNodeError.SessionMoved, (await Silo.RunAsync(new SetDataOperation("/s", new byte[1]), older)).Error);
        Assert.Equal(ZNodeError.SessionMoved, (await Silo.RunAsync(new CloseSessionOperation(opened.Session), older)).Error);
        await Silo.MustAsync(new SetDataOperation("/s", new byte[2]), newer);
        Assert.Equal(0, (await Silo.Tree.ResumeSessionAsync(opened.Session, opened.Password, null)).Session!.Owner);
        await Silo.MustAsync(new SetDataOperation("/s", new byte[3]), newer);

        Silo.Disk.FlushFailures = 1;
        Assert.Equal(ZNodeError.ConnectionLoss, (await Silo.RunAsync(Create("/lost"))).Error);
        await Silo.MustAsync(new SetDataOperation("/s", new byte[4]), newer);
        Assert.Equal(ZNodeError.SessionMoved, (await Silo.RunAsync(new SetDataOperation("/s", new byte[5]), older)).Error);
        Assert.True((await Silo.Tree.ResumeSessionAsync(opened.Session, opened.Password, 20 * TickMs)).Session!.Owner > moved.Owner);
        Assert.Equal(4, (await Silo.MustAsync(new GetDataOperation("/s"))).Stat!.Value.DataLength);
    }

    [Fact]
    public async Task ConnectionWhoseSessionHasMoved_BreaksWhenItWrites()
    {
        await StartAsync();
        await Silo.MustAsync(Create("/s"));
        SessionGrant opened = (await Silo.MustAsync(new OpenSessionOperation(20 * TickMs, new NodeId(1)))).Session!;
        var client = new WatchingClient(Silo.Tree, new Random(1), new ZNodeCaller(opened.Session, []) { Owner = opened.Owner });
        await client.CompleteAsync();
        await Silo.Tree.ResumeSessionAsync(opened.Session, opened.Password, 20 * TickMs);

        await client.SendAsync(new Sent(new SetDataOperation("/s", new byte[1])));
        await client.CompleteAsync();

        Assert.Contains("has moved", Assert.Single(client.BreakReasons), StringComparison.Ordinal);
        await client.DisposeAsync();
        Assert.Equal(0, (await Silo.MustAsync(new GetDataOperation("/s"))).Stat!.Value.Version);
    }

    [Fact]
    public async Task PauseOfTheServer_IsNotHeldAgainstTheClients()
    {
        await StartAsync();
        ZNodeCaller session = await Silo.OpenSessionAsync(4 * TickMs);
        await Silo.MustAsync(Create("/e", CreateMode.Ephemeral), session);

        _time.Advance(TimeSpan.FromMinutes(5));
        await PassAsync(TickMs);

        Assert.True((await Silo.RunAsync(new ExistsOperation("/e"))).IsOk);
        await PassAsync(6 * TickMs);
        Assert.Equal(ZNodeError.NoNode, (await Silo.RunAsync(new ExistsOperation("/e"))).Error);
    }

    [Fact]
    public async Task Containers_GoAfterTheirLastChild_AndTtlZNodesWhenTheirTimeIsOver()
    {
        await StartAsync();
        await Silo.MustAsync(Create("/c", CreateMode.Container));
        await Silo.MustAsync(Create("/unused", CreateMode.Container));
        await Silo.MustAsync(Create("/c/child"));
        await Silo.MustAsync(new CreateOperation("/t", Encoding.UTF8.GetBytes("t"), AclEntry.Open, CreateMode.PersistentWithTtl, 20 * TickMs));
        await Silo.MustAsync(new CreateOperation("/kept", null, AclEntry.Open, CreateMode.PersistentWithTtl, 20 * TickMs));
        await Silo.MustAsync(Create("/kept/child"));
        await PassAsync(15 * TickMs);
        await Silo.MustAsync(new SetDataOperation("/t", new byte[1]));
        await Silo.MustAsync(new DeleteOperation("/c/child"));

        await PassAsync(12 * TickMs);
        Assert.Equal(ZNodeError.NoNode, (await Silo.RunAsync(new ExistsOperation("/c"))).Error);
        Assert.True((await Silo.RunAsync(new ExistsOperation("/unused"))).IsOk);
        Assert.True((await Silo.RunAsync(new ExistsOperation("/t"))).IsOk);

        await PassAsync(20 * TickMs);
        Assert.Equal(ZNodeError.NoNode, (await Silo.RunAsync(new ExistsOperation("/t"))).Error);
        Assert.True((await Silo.RunAsync(new ExistsOperation("/kept"))).IsOk);
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private static CreateOperation Create(string path, CreateMode mode = CreateMode.Persistent) => new(path, new byte[1], AclEntry.Open, mode);

    private async Task StartAsync() => _silo = await TreeSilo.StartAsync(new TreeSiloOptions
    {
        Time = _time,
        ZNodes = new ZNodeOptions { TickTimeMs = TickMs, ContainerCheckMs = 2 * TickMs },
    });

    private async Task<int> ResumeAsync(SessionGrant session, int? timeoutMs)
    {
        ZNodeReply resumed = await Silo.Tree.ResumeSessionAsync(session.Session, session.Password, timeoutMs);
        Assert.True(resumed.IsOk, resumed.Message);
        return resumed.Session!.TimeoutMs;
    }

    private async Task<int> ChildCountAsync(string path) => (await Silo.MustAsync(new ExistsOperation(path))).Stat!.Value.ChildCount;

    // In small steps, each of which the silo has worked off before the next: its clock only counts what it was awake for.
    private async Task PassAsync(int milliseconds)
    {
        for (int passed = 0; passed < milliseconds; passed += TickMs / 4)
        {
            _time.Advance(TimeSpan.FromMilliseconds(TickMs / 4));
            for (int i = 0; i < 5; i++)
            {
                await Silo.Sequencer.Sync();
                await Silo.Tree.SyncAsync();
            }
        }
    }
}
