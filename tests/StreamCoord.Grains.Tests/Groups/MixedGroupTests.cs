using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Tests.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Testing;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>Groups that change their type while they have members, on a silo: what was answered is found again wherever it is killed.</summary>
public sealed class MixedGroupTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Partitions = 4;

    private TreeSilo? _silo;

    [Fact]
    public async Task GroupIsUpgraded_AndBack_WhereverTheSiloIsKilled()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await StartAsync();
        ClassicClient classic = Classic();
        await classic.JoinAsync();
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal((Partitions, GroupType.Classic), (classic.PartitionCount, await TypeAsync()));
            Assert.Equal(ErrorCode.None, await classic.CommitAsync(round));
            ConsumerClient consumer = Consumer($"c{round}");
            await ShareAsync(classic, consumer);

            await _silo!.CrashAsync(random);
            (classic, consumer) = (classic.On(_silo.Grains), consumer.On(_silo.Grains));
            Assert.Equal((ErrorCode.None, ErrorCode.None, GroupType.Consumer), (await classic.HeartbeatAsync(), await consumer.BeatAsync(), await TypeAsync()));
            ConsumerGroupDescription group = await classic.Group.DescribeConsumers();
            Assert.Equal([true, false], group.Members.OrderByDescending(member => member.IsClassic).Select(member => member.IsClassic));
            Assert.Equal(GroupState.Stable, group.State);
            Assert.Equal(ErrorCode.None, await classic.CommitAsync(10 + round));
            Assert.Equal(ErrorCode.None, await consumer.CommitAsync(20 + round, "t"));

            Assert.Equal(ErrorCode.None, await consumer.LeaveAsync());
            await _silo.CrashAsync(random);
            classic = classic.On(_silo.Grains);
            Assert.Equal((ErrorCode.RebalanceInProgress, GroupType.Classic), (await classic.HeartbeatAsync(), await TypeAsync()));
            int generation = classic.Generation;
            await classic.JoinAsync();
            Assert.True(classic.Generation > generation);
            Assert.Equal(20 + round, await new GroupClient(_silo.Grains, "g").FetchAsync());
        }
    }

    [Fact]
    public async Task WhatOneKindAsksOf_AGroupOfBoth_IsAnsweredAsKafkaDoes()
    {
        await StartAsync();
        ConsumerClient consumer = Consumer("c");
        await consumer.UntilAsync(Partitions);
        ClassicClient classic = Classic();
        await classic.JoinAsync();
        await ShareAsync(classic, consumer);

        Assert.Equal(ErrorCode.GroupIdNotFound, (await classic.Group.Describe()).Error);
        Assert.Equal(ErrorCode.NonEmptyGroup, (await classic.Group.Delete()).Error);
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, Assert.Single((await classic.Group.DeleteOffsets([new TopicPartition("t", 0)])).Partitions).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, Assert.Single((await classic.Group.Leave([new LeavingMember("c", null)])).Members).Error);
        Assert.Equal(ErrorCode.None, Assert.Single((await classic.Group.Leave([new LeavingMember(classic.MemberId, null)])).Members).Error);
        await consumer.UntilAsync(Partitions);
        Assert.Equal(ErrorCode.None, await consumer.LeaveAsync());
        Assert.Equal(ErrorCode.None, (await classic.Group.Delete()).Error);
    }

    [Fact]
    public async Task FailingDisk_IsNoAnswer_AndTheGroupStaysClassic()
    {
        await StartAsync();
        ClassicClient classic = Classic();
        await classic.JoinAsync();
        _silo!.Disk.FlushFailures = 1;
        Assert.Equal(ErrorCode.NotCoordinator, await Consumer("c").BeatAsync());
        Assert.Equal((ErrorCode.None, GroupType.Classic), (await classic.HeartbeatAsync(), await TypeAsync()));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await classic.Group.DescribeConsumers()).Error);
        await ShareAsync(classic, Consumer("c"));
    }

    [Fact]
    public async Task PolicyThatDoesNotAllowIt_IsInForce()
    {
        await StartAsync(GroupMigrationPolicy.Disabled);
        ClassicClient classic = Classic();
        await classic.JoinAsync();
        Assert.Equal(ErrorCode.GroupIdNotFound, await Consumer("c").BeatAsync());
        Assert.Equal(ErrorCode.None, await classic.HeartbeatAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private async Task StartAsync(GroupMigrationPolicy policy = GroupMigrationPolicy.Bidirectional)
    {
        var options = new GroupOptions { InitialRebalanceDelayMs = 0, OffsetsPartitions = 3, LoadWaitMs = 60_000, MigrationPolicy = policy };
        _silo = await TreeSilo.StartAsync(new TreeSiloOptions { Silo = silo => silo.AddBrokers().AddGroups(options) });
        TopicReply reply = await _silo.Grains.GetGrain<ITopicGrain>("t").Create(new CreateTopicRequest(Partitions, null, new Dictionary<string, string>(), false));
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        // The topic was made a moment ago; groups hear of it by a watch.
        await new ConsumerClient(_silo.Grains, "watcher", "w", "t").UntilAsync(Partitions);
        await new ConsumerClient(_silo.Grains, "watcher", "w").LeaveAsync();
    }

    private ClassicClient Classic() => new(_silo!.Grains, "g", Partitions);

    private ConsumerClient Consumer(string memberId) => new(_silo!.Grains, "g", memberId, "t");

    /// <summary>Has both do what they are told until each has half.</summary>
    private static async Task ShareAsync(ClassicClient classic, ConsumerClient consumer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            Assert.Equal(ErrorCode.None, await consumer.BeatAsync());
            await classic.StepAsync();
            Assert.True(classic.PartitionCount + consumer.PartitionCount <= Partitions);
        }
        while ((classic.PartitionCount, consumer.PartitionCount) != (Partitions / 2, Partitions / 2) || await classic.HeartbeatAsync() != ErrorCode.None);
        Assert.Equal(ErrorCode.None, await consumer.BeatAsync());
    }

    private async Task<GroupType> TypeAsync() => (await _silo!.Grains.GetGrain<IGroupCatalogueGrain>(0).List()).Groups.Single(group => group.GroupId == "g").Type;
}
