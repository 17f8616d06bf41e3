using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Coordination;

/// <summary>Sessions of the library, from outside of a real silo: requests, watches, ends.</summary>
public sealed class SessionTests(OutsideFixture outside)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_DoWhatZooKeeperDoes()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(session);

        (string path, ZNodeStat created) = await session.CreateAsync($"{root}/n", "one"u8.ToArray(), cancellationToken: Stop);
        (string numbered, _) = await session.CreateAsync($"{root}/s-", mode: CreateMode.PersistentSequential, cancellationToken: Stop);
        ZNodeStat set = await session.SetAsync(path, "two", expectedVersion: 0, cancellationToken: Stop);
        ZNodeData read = await session.GetAsync(path, cancellationToken: Stop);

        Assert.Equal($"{root}/s-0000000001", numbered);
        Assert.Equal(("two", 1, set), (read.Text, read.Stat.Version, read.Stat));
        Assert.Equal(created.Czxid, read.Stat.Czxid);
        Assert.Equal(["n", "s-0000000001"], (await session.GetChildrenAsync(root, cancellationToken: Stop)).Order());
        Assert.Null(await session.ExistsAsync($"{root}/missing", cancellationToken: Stop));
        Assert.Equal(ZNodeError.BadVersion, await ErrorOf(session.SetAsync(path, "three", expectedVersion: 0, cancellationToken: Stop)));
        Assert.Equal(ZNodeError.NodeExists, await ErrorOf(session.CreateAsync(path, cancellationToken: Stop)));
        Assert.Equal(ZNodeError.NotEmpty, await ErrorOf(session.DeleteAsync(root, cancellationToken: Stop)));
        await session.DeleteAsync(path, expectedVersion: 1, Stop);
        Assert.Equal(ZNodeError.NoNode, await ErrorOf(session.GetAsync(path, cancellationToken: Stop)));
        Assert.True(await session.SyncAsync(Stop) > created.Czxid);
    }

    [Fact]
    public async Task Multi_IsAllOrNothing_AndSaysWhatWasWrong()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(session);

        IReadOnlyList<ZNodeReply> results = await session.MultiAsync([new CreateOperation($"{root}/a", null, AclEntry.Open), new CheckOperation(root)], Stop);
        ZNodeException failure = await Assert.ThrowsAsync<ZNodeException>(() => session.MultiAsync([new DeleteOperation($"{root}/a"), new CheckOperation($"{root}/none")], Stop));

        Assert.Equal($"{root}/a", results[0].Path);
        Assert.Equal([ZNodeError.Ok, ZNodeError.NoNode], failure.Results.Select(result => result.Error));
        Assert.NotNull(await session.ExistsAsync($"{root}/a", cancellationToken: Stop));
    }

    [Fact]
    public async Task EphemeralZNodes_EndWithTheSession_AndPathsAreMadeAsAWhole()
    {
        await using ZNodeSession other = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(other);
        ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        await session.EnsurePathAsync($"{root}/x/y", Stop);
        await session.EnsurePathAsync($"{root}/x/y", Stop);
        (_, ZNodeStat stat) = await session.CreateAsync($"{root}/x/y/mine", mode: CreateMode.Ephemeral, cancellationToken: Stop);
        Assert.Equal(session.Id, stat.EphemeralOwner);
        var deleted = new TaskCompletionSource<WatchEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.NotNull(await other.ExistsAsync($"{root}/x/y/mine", deleted.SetResult, Stop));

        await session.DisposeAsync();

        Assert.Equal(WatchEventType.Deleted, (await deleted.Task.WaitAsync(ConsumerReads.Limit, Stop)).Type);
        Assert.True(session.Lost.IsCancellationRequested);
        Assert.Equal(ZNodeError.SessionExpired, await ErrorOf(session.GetAsync(root, cancellationToken: Stop)));
    }

    [Fact]
    public async Task Credentials_OpenWhatIsClosedToOthers()
    {
        ZNodeCredentials credentials = ZNodeCredentials.Digest("ann", "secret");
        await using ZNodeSession owner = await outside.Client.OpenSessionAsync(new ZNodeSessionOptions { Credentials = [credentials] }, Stop);
        await using ZNodeSession other = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(other);
        await owner.CreateAsync($"{root}/own", "data"u8.ToArray(), acl: [new AclEntry(ZNodePermissions.All, "auth", "")], cancellationToken: Stop);

        Assert.Equal(ZNodeError.NoAuth, await ErrorOf(other.GetAsync($"{root}/own", cancellationToken: Stop)));
        Assert.Equal(ZNodeError.AuthFailed, await ErrorOf(other.AuthenticateAsync(new ZNodeCredentials("nonsense", default), Stop)));
        await other.AuthenticateAsync(credentials, Stop);
        Assert.Equal("data", (await other.GetAsync($"{root}/own", cancellationToken: Stop)).Text);
        Assert.Equal("digest", Assert.Single(await owner.GetAclAsync($"{root}/own", Stop)).Scheme);
    }

    [Fact]
    public async Task OneShotWatches_AreToldOnce_AndBeforeTheNewData()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        await using ZNodeSession other = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(session);
        var events = Channel.CreateUnbounded<string>();
        void Note(WatchEvent watchEvent) => events.Writer.TryWrite($"{watchEvent.Type} {watchEvent.Path[root.Length..]}");

        Assert.Null(await session.ExistsAsync($"{root}/a", Note, Stop));
        await session.GetChildrenAsync(root, Note, Stop);
        await other.CreateAsync($"{root}/a", cancellationToken: Stop);
        await session.SyncAsync(Stop);
        Assert.Equal(["ChildrenChanged ", "Created /a"], Drain(events).Order());
        await session.GetAsync($"{root}/a", Note, Stop);
        Assert.Equal(ZNodeError.NoNode, await ErrorOf(session.GetAsync($"{root}/none", Note, Stop)));
        await other.SetAsync($"{root}/a", "1", cancellationToken: Stop);
        await other.SetAsync($"{root}/a", "2", cancellationToken: Stop);
        await other.CreateAsync($"{root}/none", cancellationToken: Stop);
        await session.SyncAsync(Stop);
        Assert.Equal(["DataChanged /a"], Drain(events));
    }

    [Fact]
    public async Task Watch_HasWhatHappensBelow_UntilItIsDisposed()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(session);
        ZNodeWatch all = await session.WatchAsync(root, isRecursive: true, Stop);
        await using ZNodeWatch own = await session.WatchAsync(root, cancellationToken: Stop);

        await session.CreateAsync($"{root}/a", cancellationToken: Stop);
        await session.SetAsync($"{root}/a", "1", cancellationToken: Stop);
        await session.SetAsync(root, "1", cancellationToken: Stop);
        await session.DeleteAsync($"{root}/a", cancellationToken: Stop);

        Assert.Equal(["Created /a", "DataChanged /a", "DataChanged ", "Deleted /a"], await TakeAsync(all, 4, root));
        Assert.Equal(["ChildrenChanged ", "DataChanged ", "ChildrenChanged "], await TakeAsync(own, 3, root));
        await all.DisposeAsync();
        await session.CreateAsync($"{root}/b", cancellationToken: Stop);
        Assert.Empty(await TakeAsync(all, 1, root));
    }

    [Fact]
    public async Task WatchThatIsRemoved_TakesNoneAwayThatIsArmedMeanwhile()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(cancellationToken: Stop);
        string root = await RootAsync(session);
        ZNodeWatch watch = await session.WatchAsync(root, cancellationToken: Stop);
        for (int i = 0; i < 50; i++)
        {
            ValueTask removed = watch.DisposeAsync();
            watch = await session.WatchAsync(root, cancellationToken: Stop);
            await removed;
            await session.SetAsync(root, $"{i}", cancellationToken: Stop);
            Assert.Equal(["DataChanged "], await TakeAsync(watch, 1, root));
        }
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task WatchThatNobodyReads_FailsAndSaysSo()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(new ZNodeSessionOptions { WatchEventsMax = 3 }, Stop);
        string root = await RootAsync(session);
        await using ZNodeWatch watch = await session.WatchAsync(root, cancellationToken: Stop);
        for (int i = 0; i < 5; i++)
        {
            await session.SetAsync(root, $"{i}", cancellationToken: Stop);
        }
        ZNodeException failure = await Assert.ThrowsAsync<ZNodeException>(() => TakeAsync(watch, 5, root));
        Assert.Contains(nameof(ZNodeSessionOptions.WatchEventsMax), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SessionThatTheClusterHasEnded_IsLostAtOnceForWhoeverHoldsSomething()
    {
        await using ZNodeSession session = await outside.Client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 1 }, Stop);
        await using ZNodeWatch watch = await session.WatchAsync("/", cancellationToken: Stop);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = session.Lost.Register(lost.SetResult);
        var observer = new Nobody();
        IZNodeClientGrain administrator = outside.Grains.GetGrain<IZNodeClientGrain>(Guid.NewGuid());
        await administrator.Connect(ZNodeCaller.Service, outside.Grains.CreateObjectReference<IZNodeObserver>(observer));
        Assert.True((await administrator.Request(new CloseSessionOperation(session.Id), watch: false)).IsOk);
        await administrator.Disconnect();
        GC.KeepAlive(observer);

        await lost.Task.WaitAsync(ConsumerReads.Limit, Stop);

        Assert.Equal(ZNodeError.SessionExpired, await ErrorOf(session.ExistsAsync("/", cancellationToken: Stop)));
        Assert.Equal(ZNodeError.SessionExpired, await ErrorOf(TakeAsync(watch, 1, "")));
        Assert.Equal(ZNodeError.SessionExpired, await ErrorOf(session.WatchAsync("/", cancellationToken: Stop)));
    }

    [Fact]
    public async Task OptionsThatCannotBeWorkedWith_AreRefused()
    {
        OptionsValidationException failure = await Assert.ThrowsAsync<OptionsValidationException>(() => outside.Client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 0 }, Stop));
        Assert.Contains(nameof(ZNodeSessionOptions.TimeoutMs), failure.Message, StringComparison.Ordinal);
    }

    internal static async Task<ZNodeError> ErrorOf(Task call) => (await Assert.ThrowsAsync<ZNodeException>(() => call)).Error;

    internal static async Task<List<string>> TakeAsync(ZNodeWatch watch, int count, string root)
    {
        List<string> events = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(ConsumerReads.Limit);
        await foreach (WatchEvent watchEvent in watch.ReadAsync(limit.Token))
        {
            events.Add($"{watchEvent.Type} {watchEvent.Path[root.Length..]}");
            if (events.Count == count)
            {
                break;
            }
        }
        return events;
    }

    private static List<string> Drain(Channel<string> events)
    {
        List<string> read = [];
        while (events.Reader.TryRead(out string? text))
        {
            read.Add(text);
        }
        return read;
    }

    private async Task<string> RootAsync(ZNodeSession session)
    {
        string root = $"/{outside.NewName()}";
        await session.CreateAsync(root, cancellationToken: Stop);
        return root;
    }

    private sealed class Nobody : IZNodeObserver
    {
        public Task OnEvents(IReadOnlyList<WatchEvent> events) => Task.CompletedTask;
    }
}
