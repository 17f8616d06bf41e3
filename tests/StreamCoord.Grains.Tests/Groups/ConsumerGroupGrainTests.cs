using System.Text;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Tests.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Groups.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>Groups on a silo: what is answered is durable, and members find each other.</summary>
public sealed class ConsumerGroupGrainTests : IAsyncDisposable
{
    private TreeSilo? _silo;
    private int? _partitions;

    [Fact]
    public async Task CommittedOffset_SurvivesARestart_WithItsGroup()
    {
        await StartAsync();
        Assert.Equal(ErrorCode.None, (await Client("g").CommitAsync(42)).Error);
        Assert.Equal(ErrorCode.None, (await Client("h").CommitAsync(7)).Error);
        Assert.Equal(ErrorCode.None, (await Client("h").CommitAsync(8, topic: "u")).Error);

        await _silo!.RestartAsync();

        Assert.Equal((42, 8), (await Client("g").FetchAsync(), await Client("h").FetchAsync("u")));
        FetchOffsetsReply all = await Client("h").Group.FetchOffsets(null);
        Assert.Equal(["t", "u"], all.Offsets.Select(offset => offset.Partition.Topic).Order());
        Assert.All(all.Offsets, offset => Assert.Equal((new LeaderEpoch(3), "m"), (offset.LeaderEpoch, offset.Metadata)));
        Assert.Equal(-1, await Client("i").FetchAsync());
    }

    [Fact]
    public async Task CommittedOffset_SurvivesAPowerFailure()
    {
        await StartAsync();
        var random = new Random(1);
        for (int offset = 0; offset < 5; offset++)
        {
            await Client("g").CommitAsync(offset);
            await _silo!.CrashAsync(random);
            Assert.Equal(offset, await Client("g").FetchAsync());
        }
    }

    [Fact]
    public async Task TwoMembers_Rebalance_AndEachGetsWhatTheLeaderGaveIt()
    {
        await StartAsync();
        GroupClient client = Client("g");
        JoinGroupReply first = await client.FormAsync();
        Task<JoinGroupReply> joining = client.JoinAsync();
        while (await client.HeartbeatAsync(first) != ErrorCode.RebalanceInProgress)
        {
            Assert.False(joining.IsCompleted);
        }

        JoinGroupReply leader = await client.JoinAsync(first.MemberId);
        JoinGroupReply follower = await joining;

        Assert.Equal((2, 2, leader.MemberId), (leader.GenerationId, follower.GenerationId, follower.Leader));
        Task<SyncGroupReply> waiting = client.SyncAsync(follower);
        SyncGroupReply[] synced = [await client.SyncAsync(leader), await waiting];
        Assert.Equal([$"for {leader.MemberId}", $"for {follower.MemberId}"], synced.Select(reply => Encoding.UTF8.GetString(reply.Assignment.Span)));
        Assert.Equal(ErrorCode.None, (await client.CommitAsync(5, follower)).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await client.CommitAsync(6)).Error);
        Assert.Equal(ErrorCode.IllegalGeneration, (await client.CommitAsync(6, first)).Error);
        Assert.Equal(5, await client.FetchAsync());
    }

    [Fact]
    public async Task StableGroup_GoesOnAfterARestart()
    {
        await StartAsync();
        JoinGroupReply member = await Client("g").FormAsync();
        await _silo!.RestartAsync();

        Assert.Equal(ErrorCode.None, await Client("g").HeartbeatAsync(member));
        GroupDescription description = await Client("g").Group.Describe();
        Assert.Equal((GroupState.Stable, "range"), (description.State, description.ProtocolName));
        Assert.Equal($"for {member.MemberId}", Encoding.UTF8.GetString(Assert.Single(description.Members).Assignment.Span));
    }

    [Fact]
    public async Task SiloThatStops_AnswersWhoWaits_Before()
    {
        await StartAsync();
        JoinGroupReply member = await Client("g").FormAsync();
        Task<JoinGroupReply> joining = Client("g").JoinAsync();
        while (await Client("g").HeartbeatAsync(member) != ErrorCode.RebalanceInProgress)
        {
            Assert.False(joining.IsCompleted);
        }
        await _silo!.RestartAsync();
        Assert.Equal(ErrorCode.NotCoordinator, (await joining).Error);
        Assert.Equal(GroupState.Stable, (await Client("g").Group.Describe()).State);
    }

    [Fact]
    public async Task SilentMember_LosesItsSession_AndAnUncalledGroupToo()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await StartAsync(time: time);
        await Client("g").FormAsync();
        await PassAsync(time, GroupClient.SessionTimeoutMs - 1_000);
        Assert.Equal(GroupState.Stable, (await Client("g").Group.Describe()).State);
        await UntilEmptyAsync(time, "g");

        await Client("h").FormAsync();
        await _silo!.RestartAsync();
        await UntilEmptyAsync(time, "h");
    }

    [Fact]
    public async Task Offsets_AreForgotten_AfterTheRetention_WithTheirGroup()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await StartAsync(new GroupOptions { OffsetsRetentionMs = 60_000, RetentionCheckIntervalMs = 10_000, InitialRebalanceDelayMs = 0 }, time);
        await Client("g").CommitAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(50_000));
        await Client("g").CommitAsync(2, topic: "u");
        await Client("g").Group.Maintain();
        Assert.Equal(1, await Client("g").FetchAsync());

        time.Advance(TimeSpan.FromMilliseconds(10_000));
        await UntilAsync(async () =>
        {
            await Client("g").Group.Maintain();
            return await Client("g").FetchAsync() == -1;
        });
        Assert.Equal(2, await Client("g").FetchAsync("u"));
        await UntilAsync(time, async () => (await ListAsync()).Count == 0);
        await _silo!.RestartAsync();
        Assert.Equal(-1, await Client("g").FetchAsync("u"));
    }

    [Fact]
    public async Task Groups_AreListed_Described_AndDeleted()
    {
        await StartAsync();
        Assert.Empty(await ListAsync());
        Assert.Equal((ErrorCode.GroupIdNotFound, GroupState.Dead), ((await Client("g").Group.Describe()).Error, (await Client("g").Group.Describe()).State));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await Client("g").Group.Delete()).Error);
        Assert.Empty(await ListAsync());
        JoinGroupReply member = await Client("g").FormAsync();
        await Client("g").CommitAsync(1, member);
        await Client("offsets").CommitAsync(1);
        Assert.Equal(
            [new GroupListing("g", "consumer", GroupState.Stable), new GroupListing("offsets", "", GroupState.Empty)],
            (await ListAsync()).OrderBy(group => group.GroupId, StringComparer.Ordinal));

        Assert.Equal(ErrorCode.NonEmptyGroup, (await Client("g").Group.Delete()).Error);
        Assert.Equal(ErrorCode.None, Assert.Single((await Client("g").Group.Leave([new LeavingMember(member.MemberId, null)])).Members).Error);
        Assert.Equal(ErrorCode.None, (await Client("g").Group.Delete()).Error);

        Assert.Equal(-1, await Client("g").FetchAsync());
        Assert.Equal("offsets", Assert.Single(await ListAsync()).GroupId);
        await _silo!.RestartAsync();
        Assert.Equal("offsets", Assert.Single(await ListAsync()).GroupId);
        Assert.Equal(ErrorCode.None, (await Client("g").CommitAsync(3)).Error);
    }

    [Fact]
    public async Task Offsets_AreDeleted_ForTopicsThatNobodyReads()
    {
        await StartAsync();
        await Client("g").CommitAsync(1);
        await Client("g").CommitAsync(2, topic: "u");
        OffsetsReply deleted = await Client("g").Group.DeleteOffsets([new TopicPartition("t", 0), new TopicPartition("none", 3)]);
        Assert.Equal([ErrorCode.None, ErrorCode.None], deleted.Partitions.Select(partition => partition.Error));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await Client("h").Group.DeleteOffsets([new TopicPartition("t", 0)])).Error);
        await _silo!.RestartAsync();
        Assert.Equal((-1, 2), (await Client("g").FetchAsync(), await Client("g").FetchAsync("u")));
    }

    [Fact]
    public async Task MetadataThatIsTooLong_FailsAlone()
    {
        await StartAsync();
        OffsetsReply reply = await Client("g").CommitAsync(1, metadata: new string('x', 4_097));
        Assert.Equal((ErrorCode.None, ErrorCode.OffsetMetadataTooLarge), (reply.Error, Assert.Single(reply.Partitions).Error));
        Assert.Equal(-1, await Client("g").FetchAsync());
    }

    [Fact]
    public async Task Commit_OfMoreThanABatchHolds_LeavesNothing()
    {
        await StartAsync();
        GroupClient client = Client("g");
        // Of 4 KiB each, the most that one may have: together more than a batch of the coordinators.
        OffsetToCommit[] offsets = [.. Enumerable.Range(0, 4_200).Select(partition =>
            new OffsetToCommit(new TopicPartition("t", partition), new Offset(7), LeaderEpoch.Unknown, new string('m', 4_096)))];

        OffsetsReply reply = await client.Group.CommitOffsets(new CommitOffsetsRequest(CommitOffsetsRequest.NoGeneration, "", null, -1, offsets));

        Assert.Equal(ErrorCode.InvalidCommitOffsetSize, reply.Error);
        Assert.Equal(-1, await client.FetchAsync());
        Assert.Equal(ErrorCode.None, (await client.CommitAsync(8)).Error);
        Assert.Equal(8, await client.FetchAsync());
    }

    [Fact]
    public async Task FailingDisk_CostsOnlyWhatWasNotAcknowledged()
    {
        await StartAsync();
        Assert.Equal(ErrorCode.None, (await Client("g").CommitAsync(1)).Error);
        _silo!.Disk.FlushFailures = 1;
        Assert.Equal(ErrorCode.NotCoordinator, (await Client("g").CommitAsync(2)).Error);
        Assert.Equal(1, await Client("g").FetchAsync());
        Assert.Equal(ErrorCode.None, (await Client("g").CommitAsync(3)).Error);
        Assert.Equal(3, await Client("g").FetchAsync());
    }

    [Fact]
    public async Task TermThatSomebodyElseBegins_FencesTheCoordinator_AndWhoWaitsHearsOfIt()
    {
        await StartAsync();
        JoinGroupReply member = await Client("g").FormAsync();
        Task<JoinGroupReply> waiting = Client("g").JoinAsync();
        while (await Client("g").HeartbeatAsync(member) != ErrorCode.RebalanceInProgress)
        {
            Assert.False(waiting.IsCompleted);
        }
        Assert.Equal(ErrorCode.None, (await Log("g").BeginTerm()).Error);

        Assert.Equal(ErrorCode.NotCoordinator, (await Client("g").CommitAsync(1, member)).Error);
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).Error);
        Assert.Equal(ErrorCode.None, await Client("g").HeartbeatAsync(member));
        Assert.Equal(ErrorCode.None, (await Client("g").CommitAsync(2, member)).Error);
        Assert.Equal(2, await Client("g").FetchAsync());
    }

    [Fact]
    public async Task RequestWhileTheLogIsRead_MayWaitNoLongerThanTheOptionSays()
    {
        await StartAsync(new GroupOptions { LoadWaitMs = 0 });
        OffsetsReply reply = await Client("g").CommitAsync(1);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, reply.Error);
        while (reply.Error == ErrorCode.CoordinatorLoadInProgress)
        {
            reply = await Client("g").CommitAsync(1);
        }
        Assert.Equal(ErrorCode.None, reply.Error);
    }

    [Fact]
    public async Task ManyGroupsAtOnce_AreAllDurable()
    {
        await StartAsync(new GroupOptions { OffsetsPartitions = 3 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            for (int offset = 0; offset < 5; offset++)
            {
                Assert.Equal(ErrorCode.None, (await Client($"g{number}").CommitAsync(offset + number)).Error);
            }
        }));
        await _silo!.RestartAsync();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 200).Select(async number => await Client($"g{number}").FetchAsync() - number)), offset => Assert.Equal(4, offset));
        Assert.Equal(200, (await ListAsync()).Count);
    }

    [Fact]
    public async Task PartitionCount_StaysWhatItWas_WhateverTheOptionSaysLater()
    {
        await StartAsync(new GroupOptions { OffsetsPartitions = 3 });
        await Client("g").CommitAsync(1);
        _partitions = 5;
        await _silo!.RestartAsync();
        Assert.Equal(1, await Client("g").FetchAsync());
        TopicReply topic = await _silo!.Grains.GetGrain<ITopicGrain>(CoordinatorTopics.ConsumerOffsets).Describe();
        Assert.Equal(3, topic.Topic!.Partitions.Count);
    }

    [Fact]
    public async Task Clients_ReadTheTopic_ButNeitherWriteNorChangeIt()
    {
        await StartAsync();
        JoinGroupReply member = await Client("g").FormAsync();
        await Client("g").CommitAsync(9, member);

        Assert.Equal([new GroupRecordKey("g", null), new GroupRecordKey("g", new TopicPartition("t", 0))], await FetchedRecords.ReadKeysAsync(Log("g")));
        using var builder = new RecordBatchBuilder();
        builder.Append(1, GroupRecords.MetadataKey("g"), NullableBytes.Null);
        Assert.Equal(ErrorCode.InvalidTopicException, (await Log("g").Append(new AppendRequest(builder.Build(), RequiredAcks.All))).Error);
        var topic = _silo!.Grains.GetGrain<ITopicGrain>(CoordinatorTopics.ConsumerOffsets);
        Assert.Equal(ErrorCode.InvalidTopicException, (await topic.Delete()).Error);
        Assert.Equal(ErrorCode.InvalidTopicException, (await topic.AlterConfigs([new ConfigChange(TopicConfigs.RetentionMs, "1")], false)).Error);
        Assert.Equal(ErrorCode.InvalidTopicException, (await topic.SetPartitionCount(100, false)).Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private async Task StartAsync(GroupOptions? options = null, FakeTimeProvider? time = null)
    {
        options ??= new GroupOptions { InitialRebalanceDelayMs = 0 };
        _silo = await TreeSilo.StartAsync(new TreeSiloOptions
        {
            Time = time,
            Silo = silo => silo.AddGroups(_partitions is { } count ? new GroupOptions { OffsetsPartitions = count } : options),
        });
    }

    private GroupClient Client(string groupId) => new(_silo!.Grains, groupId);

    private IPartitionGrain Log(string groupId) =>
        _silo!.Grains.GetGrain<IPartitionGrain>(new TopicPartition(CoordinatorTopics.ConsumerOffsets, CoordinatorTopics.PartitionOf(groupId, 50)).ToString());

    private async Task<IReadOnlyList<GroupListing>> ListAsync()
    {
        ListGroupsReply reply = await _silo!.Grains.GetGrain<IGroupCatalogueGrain>(0).List();
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return reply.Groups;
    }

    private async Task UntilEmptyAsync(FakeTimeProvider time, string groupId) =>
        await UntilAsync(time, async () => (await ListAsync()).Any(group => group.GroupId == groupId && group.State == GroupState.Empty));

    private static Task UntilAsync(FakeTimeProvider time, Func<Task<bool>> condition) => UntilAsync(() =>
    {
        time.Advance(TimeSpan.FromMilliseconds(500));
        return condition();
    });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task PassAsync(FakeTimeProvider time, int ms)
    {
        for (int passed = 0; passed < ms; passed += 1_000)
        {
            time.Advance(TimeSpan.FromMilliseconds(1_000));
            await ListAsync();
        }
    }
}
