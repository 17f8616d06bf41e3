using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Grains.Tests.Topics;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Brokers;

/// <summary>Kafka's metadata in the tree of a silo that runs.</summary>
public sealed class MetadataTests : IAsyncLifetime
{
    private TopicSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _silo = await TopicSilo.StartAsync(new SqliteFile());
        await _silo.RegisterAsync("r1");
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Tree_HasTheClusterTheBrokerAndTheController()
    {
        Assert.Equal("""{"version":"1","id":"nuXm7jOOTrmGHVXuMvbfFA"}""", await _silo.ReadAsync("/cluster/id"));
        Assert.Matches("""^\{"version":5,"host":"127.0.0.1",.*"endpoints":\["HTTP://127.0.0.1:8080"\],.*"rack":"r1","features":\{\}\}$""", await _silo.ReadAsync("/brokers/ids/1"));
        Assert.Matches("""^\{"version":2,"brokerid":1,"timestamp":"\d+","kraftControllerEpoch":-1\}$""", await _silo.ReadAsync("/controller"));
        Assert.Equal("1", await _silo.ReadAsync("/controller_epoch"));
        Assert.Equal(await OwnerAsync("/brokers/ids/1"), await OwnerAsync("/controller"));
    }

    [Fact]
    public async Task ATopic_HasItsZNodes_AndThePartitionsTheirStates()
    {
        TopicId id = (await CreateAsync("orders", 300)).TopicId;
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders/partitions/299/state") is not null);

        Assert.Contains($"\"topic_id\":\"{TopicNode.Format(id)}\",\"partitions\":{{\"0\":[1],\"1\":[1],", await _silo.ReadAsync("/brokers/topics/orders"), StringComparison.Ordinal);
        Assert.Equal("""{"version":1,"config":{}}""", await _silo.ReadAsync("/config/topics/orders"));
        Assert.Equal("""{"controller_epoch":1,"leader":1,"version":1,"leader_epoch":0,"isr":[1]}""", await _silo.ReadAsync("/brokers/topics/orders/partitions/0/state"));

        await _silo.Topic("orders").SetPartitionCount(301, false);
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders/partitions/300/state") is not null);

        await _silo.RestartAsync();
        await _silo.RegisterAsync();
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders/partitions/300/state") is { } state
            && state.StartsWith("""{"controller_epoch":2,"leader":1,"version":1,"leader_epoch":""", StringComparison.Ordinal));

        Assert.Equal(ErrorCode.None, (await _silo.Topic("orders").Delete()).Error);
        await _silo.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task ARegistration_OfTheLastLife_IsReplacedAtTheStart()
    {
        SessionId first = await OwnerAsync("/brokers/ids/1");
        ZNodeReply left = await _silo.RunAsync(new OpenSessionOperation(40_000, new NodeId(1)));
        await _silo.RunAsync(new CloseSessionOperation(first), ZNodeCaller.Service);
        await UntilAsync(async () => await OwnerAsync("/brokers/ids/1") is var owner && owner != first && owner != SessionId.None);

        // The silo ends without closing what is, for the next one, a session that it does not know.
        await _silo.StopAsync();
        await _silo.StartAsync();
        var ghost = new ZNodeCaller(left.Session!.Session, [new AuthIdentity("super", "test")]);
        ZNodeReply planted = await _silo.RunAsync(new CreateOperation("/brokers/ids/1", null, AclEntry.ReadOnly, CreateMode.Ephemeral), ghost);
        Assert.True(planted.IsOk, planted.Message);
        await _silo.RegisterAsync();

        Assert.NotEqual(ghost.Session, await OwnerAsync("/brokers/ids/1"));
        Assert.NotEmpty((await _silo.ReadAsync("/brokers/ids/1"))!);
        Assert.Equal(ZNodeError.SessionExpired, (await _silo.RunAsync(new CreateOperation("/x", null, AclEntry.Open, CreateMode.Ephemeral), ghost)).Error);
    }

    [Fact]
    public async Task AStop_TakesTheRegistrationAway()
    {
        Assert.NotNull(await _silo.ReadAsync("/brokers/ids/1"));
        await _silo.RestartAsync();

        Assert.Null(await _silo.ReadAsync("/brokers/ids/1"));
        Assert.Null(await _silo.ReadAsync("/controller"));
    }

    [Fact]
    public async Task TheSilo_RegistersAndIsElectedAgain_WhenItsSessionIsClosed_OrTheControllerIsDeleted()
    {
        SessionId first = await OwnerAsync("/brokers/ids/1");
        await _silo.RunAsync(new CloseSessionOperation(first), ZNodeCaller.Service);
        await UntilAsync(async () => await _silo.ReadAsync("/controller") is not null && await _silo.ReadAsync("/controller_epoch") == "2");
        Assert.NotEqual(first, await OwnerAsync("/brokers/ids/1"));

        // As an operator of Kafka does to have another controller elected.
        Assert.True((await _silo.RunAsync(new DeleteOperation("/controller"))).IsOk);
        await UntilAsync(async () => await _silo.ReadAsync("/controller_epoch") == "3");
        await CreateAsync("orders", 1);
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders/partitions/0/state") is { } state && state.StartsWith("""{"controller_epoch":3""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADeletion_AskedForByAZNode_IsCarriedOut()
    {
        await CreateAsync("orders", 3);

        Assert.True((await _silo.RunAsync(new CreateOperation("/admin/delete_topics/orders", null, AclEntry.Open))).IsOk);
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders") is null);

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await _silo.Topic("orders").Describe()).Error);
        Assert.Equal(3, _silo.Calls.Removed.Count);
        await _silo.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task ADeletion_AskedForWhileNobodyWasController_IsCarriedOutByTheNextOne()
    {
        await CreateAsync("orders", 1);
        await _silo.RestartAsync();
        Assert.True((await _silo.RunAsync(new CreateOperation("/admin/delete_topics/orders", null, AclEntry.Open))).IsOk);

        await _silo.RegisterAsync();

        await UntilAsync(async () => await _silo.ReadAsync("/admin/delete_topics/orders") is null);
        await _silo.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("no-such-topic")]
    [InlineData("no topic's name")]
    [InlineData("__znodes")]
    public async Task ADeletion_OfWhatCannotBeDeleted_IsTakenAway(string name)
    {
        Assert.True((await _silo.RunAsync(new CreateOperation($"/admin/delete_topics/{name}", null, AclEntry.Open))).IsOk);

        await UntilAsync(async () => (await _silo.ChildrenAsync("/admin/delete_topics")).Count == 0);

        Assert.NotNull((await _silo.Topic("__znodes").Describe()).Topic);
    }

    [Fact]
    public async Task AUser_CannotWriteWhatOnlyTheServiceWrites()
    {
        await CreateAsync("orders", 1);
        await UntilAsync(async () => await _silo.ReadAsync("/brokers/topics/orders/partitions/0/state") is not null);
        string[] read = ["/brokers", "/brokers/ids", "/brokers/ids/1", "/brokers/topics", "/brokers/topics/orders", "/brokers/topics/orders/partitions",
            "/brokers/topics/orders/partitions/0", "/brokers/topics/orders/partitions/0/state", "/config/topics", "/admin", "/admin/delete_topics",
            "/cluster", "/cluster/id", "/controller", "/controller_epoch", "/streamcoord", "/streamcoord/topics", "/streamcoord/topics/orders"];

        foreach (string path in read)
        {
            Assert.Equal((path, ZNodeError.NoAuth), (path, (await _silo.RunAsync(new SetDataOperation(path, "x"u8.ToArray()))).Error));
            Assert.Equal((path, ZNodeError.NoAuth), (path, (await _silo.RunAsync(new SetAclOperation(path, AclEntry.Open))).Error));
            ZNodeError create = (await _silo.RunAsync(new CreateOperation($"{path}/x", null, AclEntry.Open))).Error;
            Assert.Equal((path, path == "/admin/delete_topics" ? ZNodeError.Ok : ZNodeError.NoAuth), (path, create));
        }
        foreach (string path in read.Append("/config/topics/orders").Where(path => path.Count(c => c == '/') > 1 && path != "/config/topics"))
        {
            Assert.Equal((path, ZNodeError.NoAuth), (path, (await _silo.RunAsync(new DeleteOperation(path))).Error));
        }
        Assert.Equal(ZNodeError.NotEmpty, (await _silo.RunAsync(new DeleteOperation("/config/topics"))).Error);
        Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new CreateOperation("/config/topics/orders/x", null, AclEntry.Open))).Error);
        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new SetDataOperation("/config/topics/orders", TopicConfigNode.Write(new Dictionary<string, string>())))).Error);
    }

    [Fact]
    public async Task Config_IsAUsersUntilTheFirstTopicNeedsChildrenOfIt()
    {
        Assert.Equal(ZNodeError.NoNode, (await _silo.RunAsync(new ExistsOperation("/config"))).Error);
        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new CreateOperation("/config", "a=1"u8.ToArray(), AclEntry.Open))).Error);

        await CreateAsync("orders", 1);

        Assert.Equal("a=1", await _silo.ReadAsync("/config"));
        Assert.Equal("""{"version":1,"config":{}}""", await _silo.ReadAsync("/config/topics/orders"));
    }

    [Fact]
    public async Task Config_ThatTheFirstTopicMade_MayBeSetByUsers()
    {
        await CreateAsync("orders", 1);

        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new SetDataOperation("/config", "a=1"u8.ToArray()))).Error);
        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new CreateOperation("/config/app", null, AclEntry.Open))).Error);
        Assert.Equal(ZNodeError.NotEmpty, (await _silo.RunAsync(new DeleteOperation("/config"))).Error);
    }

    [Fact]
    public async Task ATopic_FollowsItsConfigurationsZNode_AlsoWhenItsParentsAreYoungerThanTheSilo()
    {
        await CreateAsync("orders", 1);
        byte[] config = TopicConfigNode.Write(new Dictionary<string, string> { ["retention.ms"] = "77" });

        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new SetDataOperation("/config/topics/orders", config))).Error);

        await UntilAsync(async () => (await _silo.Topic("orders").Describe()).Topic!.Configs.GetValueOrDefault("retention.ms") == "77");
    }

    [Fact]
    public async Task Create_WhileConfigIsAnEphemeralZNode_IsRefusedAndLeavesNothing()
    {
        ZNodeReply session = await _silo.RunAsync(new OpenSessionOperation(30_000, new NodeId(1)));
        var holder = new ZNodeCaller(session.Session!.Session, []);
        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new CreateOperation("/config", null, AclEntry.Open, CreateMode.Ephemeral), holder)).Error);

        TopicReply refused = await _silo.Topic("orders").Create(new CreateTopicRequest(1, 1, new Dictionary<string, string>(), ValidateOnly: false));

        Assert.NotEqual(ErrorCode.None, refused.Error);
        Assert.Contains("/config", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ZNodeError.Ok, (await _silo.RunAsync(new DeleteOperation("/config"))).Error);
        await CreateAsync("orders", 1);
    }

    private async Task<SessionId> OwnerAsync(string path) => (await _silo.RunAsync(new ExistsOperation(path))).Stat?.EphemeralOwner ?? SessionId.None;

    private async Task<TopicDescription> CreateAsync(string name, int partitions)
    {
        TopicReply reply = await _silo.Topic(name).Create(new CreateTopicRequest(partitions, 1, new Dictionary<string, string>(), ValidateOnly: false));
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return reply.Topic!;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
