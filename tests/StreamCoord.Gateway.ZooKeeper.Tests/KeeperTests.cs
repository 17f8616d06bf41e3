using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>What clients of ClickHouse Keeper ask for, where it is switched on, and how they find out.</summary>
public sealed class KeeperTests(SiloFixture plain, KeeperSilo keeper) : IClassFixture<KeeperSilo>
{
    [Fact]
    public async Task TheNodes_SayWhatIsServed_AndAreNobodysToChange()
    {
        await using ZooKeeperClient client = await ConnectAsync();

        Assert.Equal("3"u8.ToArray(), (await ReadAsync(client, "/keeper/api_version")).Data!.Value.ToArray());
        Assert.Equal([0b1111_1000, 0], (await ReadAsync(client, "/keeper/feature_flags")).Data!.Value.ToArray());
        (await client.SetAsync("/keeper/feature_flags", [255])).AssertError(ZNodeError.NoAuth);
        (await client.CreateAsync("/keeper/x")).AssertError(ZNodeError.NoAuth);
        (await client.AskAsync(OpCode.RemoveRecursive, new RemoveRecursiveRequest("/keeper", 100))).AssertError(ZNodeError.NoAuth);
    }

    [Fact]
    public async Task AfterARestartWithoutIt_TheNodesAreGone_AndAnotherOnesAreLeftAlone()
    {
        using var directory = new TemporaryDirectory();
        await using (SiloProcess with = await SiloProcess.StartAsync(directory.Path, KeeperSilo.On))
        {
            await with.StopAsync();
        }
        await using (SiloProcess without = await SiloProcess.StartAsync(directory.Path))
        {
            await using (ZooKeeperClient client = await ConnectAsync(without))
            {
                (await client.ExistsAsync("/keeper")).AssertError(ZNodeError.NoNode);
                Assert.Equal(ZNodeError.Ok, (await client.CreateAsync("/keeper")).Error);
            }
            await without.StopAsync();
        }
        await using SiloProcess again = await SiloProcess.StartAsync(directory.Path, KeeperSilo.On);
        await using ZooKeeperClient other = await ConnectAsync(again);
        (await other.ExistsAsync("/keeper/feature_flags")).AssertError(ZNodeError.NoNode);
        Assert.Equal(ZNodeError.Ok, (await other.ExistsAsync("/keeper")).Error);
    }

    [Fact]
    public async Task AListOfOneKind_HasItsWatch()
    {
        await using ZooKeeperClient client = await ConnectAsync();
        await client.CreateAsync("/l");
        await client.CreateAsync("/l/lasting");
        await client.CreateAsync("/l/ephemeral", CreateMode.Ephemeral);

        Assert.Equal(["ephemeral", "lasting"], (await ListAsync(client, "/l", ChildFilter.All)).Children!.Order());
        Assert.Equal(["lasting"], (await ListAsync(client, "/l", ChildFilter.Lasting)).Children!);
        GetChildren2Response ephemeral = await ListAsync(client, "/l", ChildFilter.Ephemeral, watch: true);
        Assert.Equal(["ephemeral"], ephemeral.Children!);
        Assert.Equal(2, ephemeral.Stat.ChildCount);
        await client.SendAsync(OpCode.Delete, new DeleteRequest("/l/lasting", -1));
        Assert.Equal((WatchEventType.ChildrenChanged, "/l"), await EventAsync(client));
        Assert.Equal(ZNodeError.Ok, (await client.ReceiveAsync()).Error);
        (await client.AskAsync(OpCode.FilteredList, new FilteredListRequest("/l", false, (ChildFilter)3))).AssertError(ZNodeError.MarshallingError);
        (await client.AskAsync(OpCode.FilteredList, new FilteredListRequest(null, false, ChildFilter.All))).AssertError(ZNodeError.MarshallingError);
        (await client.AskAsync(OpCode.FilteredList, new FilteredListRequest("/none", false, ChildFilter.All))).AssertError(ZNodeError.NoNode);
    }

    [Fact]
    public async Task ACreationUnlessItIsThere_AnswersThePathInBothCases()
    {
        await using ZooKeeperClient client = await ConnectAsync();

        for (byte turn = 0; turn < 2; turn++)
        {
            Assert.Equal("/c", (await client.AskAsync(OpCode.CreateIfNotExists, Creation("/c", [turn]))).Body<CreateResponse>().Path);
        }

        Assert.Equal([0], (await ReadAsync(client, "/c")).Data!.Value.ToArray());
        (await client.AskAsync(OpCode.CreateIfNotExists, Creation("/none/c", []))).AssertError(ZNodeError.NoNode);
        (await client.AskAsync(OpCode.CreateIfNotExists, Creation("/s-", []) with { Flags = (int)CreateMode.PersistentSequential })).AssertError(ZNodeError.BadArguments);
    }

    [Fact]
    public async Task ATree_GoesWithOneRequest_AndItsWatchersAreTold()
    {
        await using ZooKeeperClient client = await ConnectAsync();
        foreach (string path in (string[])["/t", "/t/a", "/t/a/b"])
        {
            await client.CreateAsync(path);
        }
        await client.ExistsAsync("/t", watch: true);
        await client.ExistsAsync("/t/a/b", watch: true);

        (await client.AskAsync(OpCode.RemoveRecursive, new RemoveRecursiveRequest("/t", 2))).AssertError(ZNodeError.NotEmpty);
        await client.SendAsync(OpCode.RemoveRecursive, new RemoveRecursiveRequest("/t", 3));

        Assert.Equal((WatchEventType.Deleted, "/t/a/b"), await EventAsync(client));
        Assert.Equal((WatchEventType.Deleted, "/t"), await EventAsync(client));
        (await client.ReceiveAsync()).AssertError(ZNodeError.Ok);
        (await client.ExistsAsync("/t")).AssertError(ZNodeError.NoNode);
        (await client.AskAsync(OpCode.RemoveRecursive, new RemoveRecursiveRequest("/t", 3))).AssertError(ZNodeError.NoNode);
    }

    [Fact]
    public async Task AMulti_TakesThem_AndSaysWhichOneFailed()
    {
        await using ZooKeeperClient client = await ConnectAsync();
        MultiRequest multi = new(
        [
            MultiRequest.Of(OpCode.CheckNotExists, new CheckVersionRequest("/m", -1)), MultiRequest.Of(OpCode.CreateIfNotExists, Creation("/m", [1])), MultiRequest.Of(OpCode.CreateIfNotExists, Creation("/m", [2])),
            MultiRequest.Of(OpCode.Create, Creation("/m/a", [])), MultiRequest.Of(OpCode.RemoveRecursive, new RemoveRecursiveRequest("/m", 10)), MultiRequest.Of(OpCode.Create, Creation("/m", [3])),
        ]);

        MultiResponse done = (await client.AskAsync(OpCode.Multi, multi)).Body<MultiResponse>();
        MultiResponse failed = (await client.AskAsync(OpCode.Multi, multi)).Body<MultiResponse>();

        Assert.Equal(
            [OpCode.CheckNotExists, OpCode.CreateIfNotExists, OpCode.CreateIfNotExists, OpCode.Create, OpCode.RemoveRecursive, OpCode.Create], done.Results.Select(result => result.OpCode));
        Assert.Equal(["/m", "/m"], done.Results.Where(result => result.OpCode == OpCode.CreateIfNotExists).Select(result => result.Path!));
        Assert.Equal((ZNodeError.NodeExists, ZNodeError.RuntimeInconsistency), (failed.Results[0].Error, failed.Results[1].Error));
        Assert.Equal([3], (await ReadAsync(client, "/m")).Data!.Value.ToArray());
    }

    [Fact]
    public async Task AMultipleRead_TakesExistsAndBothLists()
    {
        await using ZooKeeperClient client = await ConnectAsync();
        await client.CreateAsync("/r");
        await client.CreateAsync("/r/e", CreateMode.Ephemeral);

        MultiResponse read = (await client.AskAsync(OpCode.MultiRead, new MultiRequest(
        [
            MultiRequest.Of(OpCode.Exists, new ExistsRequest("/r", false)), MultiRequest.Of(OpCode.Exists, new ExistsRequest("/none", false)), MultiRequest.Of(OpCode.GetChildren2, new GetChildren2Request("/r", false)),
            MultiRequest.Of(OpCode.FilteredList, new FilteredListRequest("/r", false, ChildFilter.Lasting)), MultiRequest.Of(OpCode.GetData, new GetDataRequest("/r", false)),
        ]))).Body<MultiResponse>();

        Assert.Equal([OpCode.Exists, OpCode.Error, OpCode.GetChildren2, OpCode.GetChildren2, OpCode.GetData], read.Results.Select(result => result.OpCode));
        Assert.Equal((1, ZNodeError.NoNode), (read.Results[0].Stat.ChildCount, read.Results[1].Error));
        Assert.Equal(["e"], read.Results[2].Children!);
        Assert.Empty(read.Results[3].Children!);
    }

    [Theory]
    [InlineData(OpCode.FilteredList)]
    [InlineData(OpCode.CreateIfNotExists)]
    [InlineData(OpCode.RemoveRecursive)]
    [InlineData(OpCode.CheckNotExists)]
    public async Task ByDefault_TheyAreUnknown(OpCode opCode)
    {
        await using ZooKeeperClient client = await plain.ConnectAsync();

        (await client.AskAsync(OpCode.Multi, new MultiRequest([MultiRequest.Of(opCode, new CheckVersionRequest("/x", -1))]))).AssertError(ZNodeError.MarshallingError);
        (await client.AskAsync(OpCode.MultiRead, new MultiRequest([MultiRequest.Of(OpCode.Exists, new ExistsRequest("/x", false))]))).AssertError(ZNodeError.MarshallingError);
        (await client.ExistsAsync("/keeper")).AssertError(ZNodeError.NoNode);
        (await client.AskAsync(opCode, new CheckVersionRequest("/x", -1))).AssertError(ZNodeError.Unimplemented);
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task ACheckThatNothingIsThere_StandsInAMultiOnly()
    {
        await using ZooKeeperClient client = await ConnectAsync();

        (await client.AskAsync(OpCode.CheckNotExists, new CheckVersionRequest("/x", -1))).AssertError(ZNodeError.Unimplemented);
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    private static CreateRequest Creation(string path, byte[] data) => new(path, data, AclEntry.Open, 0);

    private static async Task<(WatchEventType Type, string Path)> EventAsync(ZooKeeperClient client)
    {
        (WatchEventType type, string path, _) = await client.ReceiveEventAsync();
        return (type, path);
    }

    private static async Task<GetDataResponse> ReadAsync(ZooKeeperClient client, string path) =>
        (await client.AskAsync(OpCode.GetData, new GetDataRequest(path, false))).Body<GetDataResponse>();

    private static async Task<GetChildren2Response> ListAsync(ZooKeeperClient client, string path, ChildFilter filter, bool watch = false) =>
        (await client.AskAsync(OpCode.FilteredList, new FilteredListRequest(path, watch, filter))).Body<GetChildren2Response>();

    private Task<ZooKeeperClient> ConnectAsync() => ConnectAsync(keeper.Silo);

    private static async Task<ZooKeeperClient> ConnectAsync(SiloProcess silo)
    {
        ZooKeeperClient client = await ZooKeeperClient.DialAsync(silo.ZooKeeper);
        await client.ConnectAsync(10_000);
        return client;
    }
}
