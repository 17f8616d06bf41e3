using Microsoft.Extensions.Time.Testing;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Tests.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Testing;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>Consumer groups of KIP-848 on a silo: what is answered is durable, a group has one type at a time, and topics, configurations and offsets follow each other.</summary>
public sealed class ConsumerGroupProtocolTests(ITestOutputHelper output) : IAsyncDisposable
{
    private TreeSilo? _silo;

    [Fact]
    public async Task MembersKeepEpochsAndPartitions_WhereverTheSiloIsKilled()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await StartAsync();
        await CreateTopicAsync("t", 4);
        ConsumerClient a = Client("a", "t");
        ConsumerClient b = Client("b", "t");
        await a.UntilAsync(4);
        for (int round = 0; round < 4; round++)
        {
            await b.UntilAsync(2, a);
            Assert.Equal(2, a.PartitionCount);
            (GroupEpoch epoch, IReadOnlyList<TopicPartitions> owned) = (a.Epoch, a.Owned);
            await _silo!.CrashAsync(random);

            (a, b) = (a.On(_silo.Grains), b.On(_silo.Grains));
            Assert.Equal((ErrorCode.None, ErrorCode.None), (await a.BeatAsync(), await b.BeatAsync()));
            Assert.Equal((epoch, owned), (a.Epoch, a.Owned));
            Assert.Equal(GroupState.Stable, (await a.Group.DescribeConsumers()).State);
            Assert.Equal(ErrorCode.None, await a.CommitAsync(round, "t"));
            Assert.Equal(ErrorCode.None, await b.LeaveAsync());
            await a.UntilAsync(4);
            b = Client("b" + round, "t");
        }
    }

    [Fact]
    public async Task FailingDisk_IsNoAnswer_AndTheGroupGoesOnFromWhatIsDurable()
    {
        await StartAsync();
        await CreateTopicAsync("t", 4);
        ConsumerClient a = Client("a", "t");
        await a.UntilAsync(4);
        _silo!.Disk.FlushFailures = 1;
        Assert.Equal(ErrorCode.NotCoordinator, await Client("b", "t").BeatAsync());
        Assert.Equal(ErrorCode.None, await a.BeatAsync());
        Assert.Single((await a.Group.DescribeConsumers()).Members);
        Assert.Equal(4, a.PartitionCount);
    }

    [Fact]
    public async Task SessionsEnd_AlsoAfterARestart_ThoughNobodyCalls()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await StartAsync(time);
        await CreateTopicAsync("t", 1);
        await Client("a", "t").UntilAsync(1);
        await _silo!.RestartAsync();
        await UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return (await ListAsync()).Any(group => group is { Type: GroupType.Consumer, State: GroupState.Empty });
        });
    }

    [Fact]
    public async Task GroupWithoutMembers_ChangesItsType_AndKeepsItsOffsets()
    {
        await StartAsync();
        await CreateTopicAsync("t", 1);
        var classic = new GroupClient(_silo!.Grains, "g");
        JoinGroupReply joined = await classic.FormAsync();
        await classic.CommitAsync(7, joined);
        ConsumerClient a = Client("a", "t");
        Assert.Equal(ErrorCode.GroupIdNotFound, await a.BeatAsync());
        Assert.Equal(ErrorCode.GroupIdNotFound, (await a.Group.DescribeConsumers()).Error);
        await classic.Group.Leave([new LeavingMember(joined.MemberId, null)]);

        await a.UntilAsync(1);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await classic.JoinAsync()).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, await classic.HeartbeatAsync(joined));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await classic.Group.Describe()).Error);
        Assert.Equal(GroupType.Consumer, Assert.Single(await ListAsync()).Type);
        await _silo.RestartAsync();
        Assert.Equal(7, await new GroupClient(_silo.Grains, "g").FetchAsync());
        Assert.Equal(ErrorCode.NonEmptyGroup, (await Client("a").Group.Delete()).Error);
        Assert.Equal(ErrorCode.None, await a.On(_silo.Grains).LeaveAsync());

        classic = new GroupClient(_silo.Grains, "g");
        joined = await classic.FormAsync();
        Assert.Equal(7, await classic.FetchAsync());
        await _silo.RestartAsync();
        Assert.Equal(ErrorCode.None, await new GroupClient(_silo.Grains, "g").HeartbeatAsync(joined));
        Assert.Equal(GroupType.Classic, Assert.Single(await ListAsync()).Type);
    }

    [Fact]
    public async Task Commits_AreForMembersAtTheirEpoch_AndGroupsAreDeletedWhole()
    {
        await StartAsync();
        await CreateTopicAsync("t", 1);
        ConsumerClient a = Client("a", "t");
        await a.UntilAsync(1);
        Assert.Equal(ErrorCode.None, await a.CommitAsync(5, "t"));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await a.CommitAsync(6, "t", a.Epoch.Next()));
        Assert.Equal(ErrorCode.UnknownMemberId, await Client("b").CommitAsync(6, "t", a.Epoch));
        FetchOffsetsReply stale = await a.Group.FetchOffsets([new TopicPartition("t", 0)], new FetchingMember("a", a.Epoch.Next()));
        Assert.Equal((ErrorCode.StaleMemberEpoch, 0), (stale.Error, stale.Offsets.Count));
        OffsetsReply deleted = await a.Group.DeleteOffsets([new TopicPartition("t", 0)]);
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, Assert.Single(deleted.Partitions).Error);

        await a.LeaveAsync();
        Assert.Equal(ErrorCode.None, (await a.Group.Delete()).Error);
        Assert.Empty(await ListAsync());
        await _silo!.RestartAsync();
        Assert.Empty(await ListAsync());
        Assert.Equal(ErrorCode.GroupIdNotFound, (await Client("a").Group.DescribeConsumers()).Error);
    }

    [Fact]
    public async Task TopicsThatGrow_AreSharedOut_AndOnesThatAreDeletedTakeTheirOffsetsWithThem()
    {
        await StartAsync();
        await CreateTopicAsync("t", 1);
        await CreateTopicAsync("u", 1);
        ConsumerClient a = Client("a", "t", "u");
        await a.UntilAsync(2);
        Assert.Equal((ErrorCode.None, ErrorCode.None), (await a.CommitAsync(5, "t"), await a.CommitAsync(6, "u")));
        Assert.Equal(ErrorCode.None, (await _silo!.Grains.GetGrain<ITopicGrain>("t").SetPartitionCount(3, false)).Error);
        await a.UntilAsync(4);

        Assert.Equal(ErrorCode.None, (await _silo.Grains.GetGrain<ITopicGrain>("t").Delete()).Error);
        await a.UntilAsync(1);
        var offsets = new GroupClient(_silo.Grains, "g");
        await UntilAsync(async () => await offsets.FetchAsync() == -1);
        Assert.Equal(6, await offsets.FetchAsync("u"));
        await CreateTopicAsync("t", 1);
        await a.UntilAsync(2);
        Assert.Equal(-1, await offsets.FetchAsync());
    }

    [Fact]
    public async Task OffsetsOfATopicThatWasDeletedBeforeTheStart_AreForgotten()
    {
        await StartAsync();
        await CreateTopicAsync("t", 1);
        await new GroupClient(_silo!.Grains, "g").CommitAsync(1);
        await new GroupClient(_silo.Grains, "g").CommitAsync(2, topic: "never-was");
        await _silo.RestartAsync();
        await UntilAsync(async () => await new GroupClient(_silo.Grains, "g").FetchAsync("never-was") == -1);
        Assert.Equal(1, await new GroupClient(_silo.Grains, "g").FetchAsync());
    }

    [Fact]
    public async Task ConfigurationOfAGroup_IsInForce_AlsoWhenAUserWritesIt_AndAfterARestart()
    {
        await StartAsync();
        await CreateTopicAsync("t", 1);
        IGroupConfigGrain config = _silo!.Grains.GetGrain<IGroupConfigGrain>("g");
        Assert.Equal(ErrorCode.InvalidConfig, (await config.Alter([new ConfigChange(GroupConfigs.ConsumerHeartbeatIntervalMs, "1")], false)).Error);
        Assert.Equal(ErrorCode.InvalidConfig, (await config.Alter([new ConfigChange("share.session.timeout.ms", "50000")], false)).Error);
        Assert.Equal(ErrorCode.None, (await config.Alter([new ConfigChange(GroupConfigs.ConsumerHeartbeatIntervalMs, "6000")], true)).Error);
        Assert.Empty((await config.Describe()).Configs);
        Assert.Equal(ErrorCode.None, (await config.Alter([new ConfigChange(GroupConfigs.ConsumerHeartbeatIntervalMs, "6000")], false)).Error);
        ConsumerClient a = Client("a", "t");
        await a.BeatAsync();
        Assert.Equal(6_000, a.IntervalMs);

        byte[] written = """{"version":1,"config":{"consumer.heartbeat.interval.ms":"7000"}}"""u8.ToArray();
        await _silo.MustAsync(new SetDataOperation("/config/groups/g", written));
        await UntilAsync(async () => await a.BeatAsync() == ErrorCode.None && a.IntervalMs == 7_000);
        await _silo.RestartAsync();
        Assert.Equal(["g"], await _silo.Grains.GetGrain<IGroupCatalogueGrain>(0).ListConfigured());
        a = a.On(_silo.Grains);
        await UntilAsync(async () => await a.BeatAsync() == ErrorCode.None && a.IntervalMs == 7_000);

        config = _silo.Grains.GetGrain<IGroupConfigGrain>("g");
        Assert.Equal(ErrorCode.None, (await config.Alter([new ConfigChange(GroupConfigs.ConsumerHeartbeatIntervalMs, null)], false)).Error);
        Assert.Empty(await _silo.Grains.GetGrain<IGroupCatalogueGrain>(0).ListConfigured());
        await a.BeatAsync();
        Assert.Equal(5_000, a.IntervalMs);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a %\u00fc")]
    public async Task GroupOfAnyName_CanBeConfigured(string groupId)
    {
        await StartAsync();
        IGroupConfigGrain config = _silo!.Grains.GetGrain<IGroupConfigGrain>(groupId);
        GroupConfigReply reply = await config.Alter([new ConfigChange(GroupConfigs.ConsumerSessionTimeoutMs, "50000")], false);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        Assert.Equal("50000", (await config.Describe()).Configs[GroupConfigs.ConsumerSessionTimeoutMs]);
        Assert.Equal([groupId], await _silo.Grains.GetGrain<IGroupCatalogueGrain>(0).ListConfigured());
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private async Task StartAsync(FakeTimeProvider? time = null)
    {
        _silo = await TreeSilo.StartAsync(new TreeSiloOptions
        {
            Time = time,
            Silo = silo => silo.AddBrokers().AddGroups(new GroupOptions { InitialRebalanceDelayMs = 0, OffsetsPartitions = 3, LoadWaitMs = 60_000 }),
        });
    }

    private async Task CreateTopicAsync(string topic, int partitions)
    {
        TopicReply reply = await _silo!.Grains.GetGrain<ITopicGrain>(topic).Create(new CreateTopicRequest(partitions, null, new Dictionary<string, string>(), false));
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
    }

    private ConsumerClient Client(string memberId, params string[] topics) => new(_silo!.Grains, "g", memberId, topics);

    private async Task<IReadOnlyList<GroupListing>> ListAsync() => (await _silo!.Grains.GetGrain<IGroupCatalogueGrain>(0).List()).Groups;

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
