using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>The order of what a client is sent.</summary>
public sealed class OrderTests(SiloFixture fixture)
{
    [Fact]
    public async Task Requests_AreAnsweredInTheirOrder_AndZxidsNeverFall()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        List<int> sent = [await client.SendAsync(OpCode.Create, new CreateRequest(path, null, AclEntry.Open, 0))];
        for (int i = 0; i < 500; i++)
        {
            sent.Add((i % 5) switch
            {
                0 => await client.SendAsync(OpCode.SetData, new SetDataRequest(path, new byte[] { (byte)i }, -1)),
                1 => await client.SendAsync(OpCode.GetData, new GetDataRequest(path, false)),
                2 => await client.SendAsync(OpCode.Ping, default(EmptyRecord), Xids.Ping),
                3 => await client.SendAsync(OpCode.Sync, new SyncRequest(path)),
                _ => await client.SendAsync(OpCode.Delete, new DeleteRequest(path + "/none", -1)),
            });
        }

        List<Message> received = [];
        foreach (int _ in sent)
        {
            received.Add(await client.ReceiveAsync());
        }

        Assert.Equal(sent, received.Select(message => message.Header.Xid));
        Assert.Equal(received.Select(message => message.Header.Zxid), received.Select(message => message.Header.Zxid).Order());
    }

    [Fact]
    public async Task AReadBehindAWrite_SeesIt()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.CreateAsync(path);
        await client.SendAsync(OpCode.SetData, new SetDataRequest(path, "new"u8.ToArray(), -1));
        await client.SendAsync(OpCode.GetData, new GetDataRequest(path, false));

        Assert.Equal(1, (await client.ReceiveAsync()).Body<SetDataResponse>().Stat.Version);
        Assert.Equal("new"u8.ToArray(), (await client.ReceiveAsync()).Body<GetDataResponse>().Data!.Value.ToArray());
    }

    [Fact]
    public async Task AnEvent_ComesBeforeTheReplyThatShowsTheChange()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.CreateAsync(path);
        (await client.AskAsync(OpCode.GetData, new GetDataRequest(path, true))).Body<GetDataResponse>();
        int xid = await client.SendAsync(OpCode.SetData, new SetDataRequest(path, null, -1));

        (WatchEventType type, string eventPath, Zxid zxid) = await client.ReceiveEventAsync();
        Message reply = await client.ReceiveAsync();

        Assert.Equal((WatchEventType.DataChanged, path, xid), (type, eventPath, reply.Header.Xid));
        Assert.Equal(reply.Header.Zxid, zxid);
    }

    [Fact]
    public async Task AnotherClientsChange_IsToldOnce()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient watcher = await fixture.ConnectAsync();
        await using ZooKeeperClient writer = await fixture.ConnectAsync();
        (await watcher.ExistsAsync(path, watch: true)).AssertError(ZNodeError.NoNode);
        await writer.CreateAsync(path);
        await writer.SetAsync(path, [1]);

        Assert.Equal(WatchEventType.Created, (await watcher.ReceiveEventAsync()).Type);
        await watcher.PingAsync();
    }

    [Fact]
    public async Task WatchesOfALostConnection_AreArmedAgainAfterWhatTheyMissed()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        Zxid seen = (await client.CreateAsync(path)).Header.Zxid;
        await client.CreateAsync(path + "/child");
        await client.SendAsync(OpCode.SetWatches, new SetWatchesRequest(seen, [path, path + "/gone"], [path, path + "/new"], [path]), Xids.SetWatches);

        (WatchEventType, string, Zxid)[] missed =
            [await client.ReceiveEventAsync(), await client.ReceiveEventAsync(), await client.ReceiveEventAsync()];
        Message reply = await client.ReceiveAsync();
        await client.SendAsync(OpCode.Create, new CreateRequest(path + "/new", null, AclEntry.Open, 0));

        Assert.Equal(
            [(WatchEventType.Deleted, path + "/gone", new Zxid(-1)), (WatchEventType.Created, path, new Zxid(-1)), (WatchEventType.ChildrenChanged, path, new Zxid(-1))], missed);
        Assert.Equal((Xids.SetWatches, 0), (reply.Header.Xid, reply.Bytes.Length));
        Assert.Equal((WatchEventType.Created, path + "/new"), ((await client.ReceiveEventAsync()) switch { var one => (one.Type, one.Path) }));
    }

    [Fact]
    public async Task APersistentRecursiveWatch_TellsOfEveryDescendantUntilItIsRemoved()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        Assert.Equal(ZNodeError.Ok, (await client.AskAsync(OpCode.AddWatch, new AddWatchRequest(path, 1))).Body<ErrorResponse>().Error);
        Assert.Equal(ZNodeError.Ok, (await client.AskAsync(OpCode.CheckWatches, new CheckWatchesRequest(path, 5))).Error);
        await client.SendAsync(OpCode.Create, new CreateRequest(path, null, AclEntry.Open, 0));
        await client.SendAsync(OpCode.Create, new CreateRequest(path + "/a", null, AclEntry.Open, 0));

        Assert.Equal((WatchEventType.Created, path), ((await client.ReceiveEventAsync()) switch { var one => (one.Type, one.Path) }));
        await client.ReceiveAsync();
        Assert.Equal((WatchEventType.Created, path + "/a"), ((await client.ReceiveEventAsync()) switch { var one => (one.Type, one.Path) }));
        await client.ReceiveAsync();
        Assert.Equal(ZNodeError.Ok, (await client.AskAsync(OpCode.RemoveWatches, new RemoveWatchesRequest(path, 3))).Error);
        (await client.AskAsync(OpCode.RemoveWatches, new RemoveWatchesRequest(path, 3))).AssertError(ZNodeError.NoWatcher);
        await client.SetAsync(path, [1]);
    }
}
