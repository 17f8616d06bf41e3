using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Client.Calls;
using StreamCoord.Client.Coordination;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Coordination;

/// <summary>What an older connection still says, after another has come, costs no watch its change.</summary>
public sealed class WatchTableTests(InsideSilo silo) : IClassFixture<InsideSilo>
{
    private readonly WatchTable _table = new(NullLogger.Instance);
    private readonly List<string> _told = [];

    [Fact]
    public async Task ReadThatAnOlderConnectionAnswered_ArmsNothing_AndIsMadeAgain()
    {
        using ZNodeConnection old = await ConnectAsync();
        using ZNodeConnection present = await ConnectAsync();
        OneShotWatch watch = _table.Prepare("/a", isOfChildren: false, Note);

        Assert.False(_table.TryArm(old, watch, new Zxid(1), isOfMissing: true));
        Assert.True(_table.TryArm(present, watch, new Zxid(1), isOfMissing: true));
        _table.Dispatch(old, [new WatchEvent(WatchEventType.Created, "/a", new Zxid(2))]);
        Assert.Empty(_told);
        _table.Dispatch(present, [new WatchEvent(WatchEventType.Created, "/a", new Zxid(2)), new WatchEvent(WatchEventType.DataChanged, "/a", new Zxid(3))]);
        Assert.Equal(["Created /a"], _told);
    }

    [Fact]
    public async Task ChangeThatOnlyAnOlderConnectionSpokeOf_IsToldByTheNext()
    {
        await using ZNodeSession writer = await silo.Client.OpenSessionAsync(cancellationToken: TestContext.Current.CancellationToken);
        await writer.CreateAsync("/b", cancellationToken: TestContext.Current.CancellationToken);
        using ZNodeConnection old = await ConnectAsync();
        OneShotWatch watch = _table.Prepare("/b", isOfChildren: false, Note);
        ZNodeReply read = await old.AttemptAsync(grain => grain.Request(new GetDataOperation("/b"), watch: true));
        Assert.True(_table.TryArm(old, watch, read.Zxid, isOfMissing: false));

        using ZNodeConnection present = await ConnectAsync();
        ZNodeStat changed = await writer.SetAsync("/b", "new", cancellationToken: TestContext.Current.CancellationToken);
        // The older one has told it before it answers this, to nobody.
        ZNodeReply late = await old.AttemptAsync(grain => grain.Sync());
        Assert.True(late.Zxid >= changed.Mzxid);
        _table.Pass(old, late.Zxid);
        Assert.Empty(_told);

        Assert.True((await _table.RearmAsync(present)).IsOk);
        Assert.Equal(["DataChanged /b"], _told);
    }

    private async Task<ZNodeConnection> ConnectAsync()
    {
        var connection = new ZNodeConnection(new GrainCalls(silo.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System, 5_000, 5_000), _table);
        _table.Switch(connection);
        Assert.True((await connection.ConnectAsync()).IsOk);
        return connection;
    }

    private void Note(WatchEvent watchEvent) => _told.Add($"{watchEvent.Type} {watchEvent.Path}");
}
