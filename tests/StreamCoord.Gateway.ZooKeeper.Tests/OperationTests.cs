using System.Text;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>Each operation on the wire: what it answers, and its errors.</summary>
public sealed class OperationTests(SiloFixture fixture)
{
    [Fact]
    public async Task NullData_StaysNull_AndEmptyDataEmpty()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.CreateAsync(path);
        Assert.Null((await client.AskAsync(OpCode.GetData, new GetDataRequest(path, false))).Body<GetDataResponse>().Data);
        await client.SetAsync(path, []);

        Assert.Equal(0, (await client.AskAsync(OpCode.GetData, new GetDataRequest(path, false))).Body<GetDataResponse>().Data!.Value.Length);
    }

    [Theory]
    [InlineData(OpCode.Create2, CreateMode.PersistentSequential)]
    [InlineData(OpCode.CreateContainer, CreateMode.Container)]
    public async Task ACreationWithAStat_AnswersIt(OpCode opCode, CreateMode mode)
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        Message reply = await client.AskAsync(opCode, new CreateRequest(path, "a"u8.ToArray(), AclEntry.Open, (int)mode));

        var created = reply.Body<Create2Response>();
        Assert.StartsWith(path, created.Path, StringComparison.Ordinal);
        Assert.Equal((reply.Header.Zxid, 1, SessionId.None), (created.Stat.Czxid, created.Stat.DataLength, created.Stat.EphemeralOwner));
    }

    [Theory]
    [InlineData(CreateMode.PersistentWithTtl, 100_000, ZNodeError.Ok)]
    [InlineData(CreateMode.PersistentWithTtl, 0, ZNodeError.BadArguments)]
    [InlineData(CreateMode.PersistentWithTtl, 1L << 40, ZNodeError.BadArguments)]
    [InlineData(CreateMode.Persistent, 0, ZNodeError.BadArguments)]
    public async Task ATtlZnode_NeedsATtl(CreateMode mode, long ttlMs, ZNodeError error)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        Assert.Equal(error, (await client.AskAsync(OpCode.CreateTtl, new CreateTtlRequest(fixture.NewPath(), null, AclEntry.Open, (int)mode, ttlMs))).Error);
    }

    [Theory]
    [InlineData(CreateMode.Container, ZNodeError.Ok)]
    [InlineData(CreateMode.PersistentWithTtl, ZNodeError.BadArguments)]
    [InlineData((CreateMode)7, ZNodeError.BadArguments)]
    public async Task APlainCreate_TakesNoOtherModes(CreateMode mode, ZNodeError error)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        Assert.Equal(error, (await client.CreateAsync(fixture.NewPath(), mode)).Error);
    }

    [Fact]
    public async Task AMulti_AnswersEachOperationInItsKind()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        var response = (await client.AskAsync(OpCode.Multi, new MultiRequest([
            MultiRequest.Of(OpCode.Create, new CreateRequest(path, null, AclEntry.Open, 0)),
            MultiRequest.Of(OpCode.Create2, new CreateRequest(path + "/b", null, AclEntry.Open, 0)),
            MultiRequest.Of(OpCode.CreateContainer, new CreateRequest(path + "/c", null, AclEntry.Open, 4)),
            MultiRequest.Of(OpCode.CreateTtl, new CreateTtlRequest(path + "/d", null, AclEntry.Open, 5, 100_000)),
            MultiRequest.Of(OpCode.SetData, new SetDataRequest(path, null, 0)),
            MultiRequest.Of(OpCode.Check, new CheckVersionRequest(path, 1)),
            MultiRequest.Of(OpCode.Delete, new DeleteRequest(path + "/b", 0))]))).Body<MultiResponse>();

        Assert.Equal(
            [OpCode.Create, OpCode.Create2, OpCode.Create2, OpCode.Create2, OpCode.SetData, OpCode.Check, OpCode.Delete], response.Results.Select(result => result.OpCode));
        Assert.Equal(1, response.Results[4].Stat.Version);
    }

    [Fact]
    public async Task AFailedMulti_SaysSoInItsResultsOnly()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        Message reply = await client.AskAsync(OpCode.Multi, new MultiRequest([
            MultiRequest.Of(OpCode.Create, new CreateRequest(path, null, AclEntry.Open, 0)),
            MultiRequest.Of(OpCode.Check, new CheckVersionRequest(path, 9)),
            MultiRequest.Of(OpCode.Delete, new DeleteRequest(path, 0))]));

        Assert.Equal(
            [ZNodeError.Ok, ZNodeError.BadVersion, ZNodeError.RuntimeInconsistency], reply.Body<MultiResponse>().Results.Select(result => result.Error));
        (await client.ExistsAsync(path)).AssertError(ZNodeError.NoNode);
        Assert.Empty((await client.AskAsync(OpCode.Multi, new MultiRequest([]))).Body<MultiResponse>().Results);
    }

    [Fact]
    public async Task AMultipleRead_AnswersEachForItself()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.CreateAsync(path, data: [1]);
        await client.CreateAsync(path + "/a");

        var response = (await client.AskAsync(OpCode.MultiRead, new MultiRequest([
            MultiRequest.Of(OpCode.GetData, new GetDataRequest(path, false)),
            MultiRequest.Of(OpCode.GetData, new GetDataRequest(path + "/none", false)),
            MultiRequest.Of(OpCode.GetChildren, new GetChildrenRequest(path, false))]))).Body<MultiResponse>();

        Assert.Equal([1], response.Results[0].Data!.Value.ToArray());
        Assert.Equal((OpCode.Error, ZNodeError.NoNode), (response.Results[1].OpCode, response.Results[1].Error));
        Assert.Equal(["a"], response.Results[2].Children!);
    }

    [Fact]
    public async Task WhoeverProvesWhoHeIs_GetsWhatIsHis()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient owner = await fixture.ConnectAsync();
        await using ZooKeeperClient other = await fixture.ConnectAsync();
        Message proved = await owner.AskAsync(OpCode.Auth, new AuthPacket(0, "digest", "bob:pw"u8.ToArray()), Xids.Auth);
        Assert.Equal((ZNodeError.Ok, Zxid.Zero, 0), (proved.Error, proved.Header.Zxid, proved.Bytes.Length));

        Assert.Equal(ZNodeError.Ok, (await owner.AskAsync(OpCode.Create, new CreateRequest(path, null, [new AclEntry(ZNodePermissions.All, "auth", "")], 0))).Error);

        (await other.AskAsync(OpCode.GetData, new GetDataRequest(path, false))).AssertError(ZNodeError.NoAuth);
        Assert.Equal(
            [("ip", "127.0.0.1"), ("digest", "bob")],
            (await owner.AskAsync(OpCode.WhoAmI, default(EmptyRecord))).Body<WhoAmIResponse>().Identities!.Select(one => (one.Scheme, one.Id)));
        Assert.Equal("digest", (await owner.AskAsync(OpCode.GetAcl, new GetAclRequest(path))).Body<GetAclResponse>().Acl!.Single().Scheme);
        (await owner.AskAsync(OpCode.SetAcl, new SetAclRequest(path, null, -1))).AssertError(ZNodeError.InvalidAcl);
        Assert.Equal(1, (await owner.AskAsync(OpCode.SetAcl, new SetAclRequest(path, AclEntry.Open, 0))).Body<SetAclResponse>().Stat.Aversion);
    }

    [Fact]
    public async Task WhoeverFailsToProveWhoHeIs_LosesTheConnection()
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        (await client.AskAsync(OpCode.Auth, new AuthPacket(0, "kerberos", null), Xids.Auth)).AssertError(ZNodeError.AuthFailed);
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AReconfiguration_IsRefused()
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        (await client.AskAsync(OpCode.Reconfig, new ReconfigRequest(null, null, "server.1=a:1:2;3", -1))).AssertError(ZNodeError.ReconfigDisabled);
        await client.PingAsync();
    }

    [Fact]
    public async Task TheListOfServers_IsThisSilo()
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();

        var response = (await client.AskAsync(OpCode.GetData, new GetDataRequest("/zookeeper/config", false))).Body<GetDataResponse>();

        string[] lines = Encoding.UTF8.GetString(response.Data!.Value.Span).Split('\n');
        Assert.Equal($"server.1=127.0.0.1:2888:3888:participant;{fixture.Silo.ZooKeeper}", lines[0]);
        Assert.StartsWith("version=", lines[1], StringComparison.Ordinal);
        Assert.Equal((-1, -1), (response.Stat.Version, response.Stat.Aversion));
    }

    [Fact]
    public async Task ASessionsEphemerals_AreItsOwn()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await using ZooKeeperClient other = await fixture.ConnectAsync();
        await client.CreateAsync(path);
        await client.CreateAsync(path + "/a", CreateMode.Ephemeral);
        await other.CreateAsync(path + "/b", CreateMode.Ephemeral);

        Assert.Equal([path + "/a"], (await client.AskAsync(OpCode.GetEphemerals, new GetEphemeralsRequest(path))).Body<GetEphemeralsResponse>().Paths!);
        Assert.Equal(2, (await client.AskAsync(OpCode.GetAllChildrenNumber, new GetAllChildrenNumberRequest(path))).Body<GetAllChildrenNumberResponse>().Count);
        Assert.Equal(["a", "b"], (await client.AskAsync(OpCode.GetChildren, new GetChildrenRequest(path, false))).Body<GetChildrenResponse>().Children!.Order());
        Assert.Equal(2, (await client.AskAsync(OpCode.GetChildren2, new GetChildren2Request(path, false))).Body<GetChildren2Response>().Stat.ChildCount);
        (await client.AskAsync(OpCode.Delete, new DeleteRequest(path, -1))).AssertError(ZNodeError.NotEmpty);
    }
}
