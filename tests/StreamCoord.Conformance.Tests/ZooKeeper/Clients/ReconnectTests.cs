using StreamCoord.Conformance.Tests.ZooKeeper.Paired;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>The Java client loses its connection, and arms its watches again on the next: what happened meanwhile is told, and the session is the same.</summary>
public sealed class ReconnectTests(ServicePair pair)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WatchesAndTheSession_OutliveTheConnection(bool isReference)
    {
        (string reference, string ours) = await pair.AddressesAsync();
        string address = isReference ? reference : ours;
        string root = "/reconnect";
        (RawConnection raw, _) = await RawConnection.ConnectAsync(address, new ConnectRequest());
        using RawConnection writer = raw;
        await WriteAsync(writer, Request.Create(root), Request.Create($"{root}/data"), Request.Create($"{root}/parent"), Request.Create($"{root}/recursive"), Request.Create($"{root}/gone"), Request.Create($"{root}/quiet"));
        await using var proxy = new CutProxy(address);
        await using var cli = new ZooKeeperCli(proxy.Address);
        await cli.BeginAsync();
        foreach (string command in (string[])["create -e /reconnect/mine", "get -w /reconnect/data", "ls -w /reconnect/parent", "get -w /reconnect/gone", "get -w /reconnect/quiet", "addWatch /reconnect/recursive"])
        {
            await cli.RunAsync(command);
        }

        proxy.Cut();
        await WriteAsync(writer, Request.SetData($"{root}/data", "x"), Request.Create($"{root}/parent/child"), Request.Delete($"{root}/gone"), Request.SetData($"{root}/recursive", "not told"));
        proxy.Mend();
        await WaitForAsync("type:NodeDataChanged path:/reconnect/data");
        await WaitForAsync("type:NodeChildrenChanged path:/reconnect/parent");
        await WaitForAsync("type:NodeDeleted path:/reconnect/gone");
        await cli.RunAsync("sync /");
        await WriteAsync(writer, Request.SetData($"{root}/quiet", "x"), Request.Create($"{root}/recursive/child"));
        await WaitForAsync("type:NodeDataChanged path:/reconnect/quiet");
        await WaitForAsync("type:NodeCreated path:/reconnect/recursive/child");

        Assert.Contains("[/reconnect/mine]", await cli.RunAsync("getEphemerals"));
        Assert.DoesNotContain(cli.Events, line => line.Contains("state:Expired", StringComparison.Ordinal) || line.EndsWith("path:/reconnect/recursive", StringComparison.Ordinal));
        Assert.Contains(cli.Events, line => line.Contains("state:Disconnected", StringComparison.Ordinal));

        async Task WaitForAsync(string what)
        {
            while (!cli.Events.Exists(line => line.Contains(what, StringComparison.Ordinal)))
            {
                await cli.WaitForEventsAsync(cli.Events.Count + 1);
            }
        }
    }

    private static async Task WriteAsync(RawConnection connection, params Request[] requests)
    {
        await connection.SendAsync(requests);
        foreach (Request _ in requests)
        {
            byte[]? reply = await connection.ReadAsync();
            Assert.NotNull(reply);
            Assert.All(reply[12..16], error => Assert.Equal(0, error));
        }
    }
}
