using StreamCoord.Protocol.Kafka.Messages;
using Beat = StreamCoord.Protocol.Kafka.Messages.ConsumerGroupHeartbeatRequest;
using BeatAnswer = StreamCoord.Protocol.Kafka.Messages.ConsumerGroupHeartbeatResponse;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>Consumer groups of KIP-848 over the wire, and what the other APIs of groups say of them.</summary>
public sealed class ConsumerGroupTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const short MemberVersion = 9;
    private const short TopicIdVersion = 10;

    private string GroupId => $"group-{TopicName}";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Member_Joins_IsDescribed_AndLeaves(short version)
    {
        BeatAnswer joined = await JoinAsync(version);
        Assert.Equal([0], Assert.Single(joined.Assignment!.TopicPartitions).Partitions);
        Assert.Equal(5_000, joined.HeartbeatIntervalMs);

        ConsumerGroupDescribeResponse.DescribedGroup group = await DescribeAsync(version);
        Assert.Equal((0, "Stable", "uniform"), (group.ErrorCode, group.GroupState, group.AssignorName));
        Assert.Equal((joined.MemberEpoch, joined.MemberEpoch), (group.GroupEpoch, group.AssignmentEpoch));
        ConsumerGroupDescribeResponse.Member member = Assert.Single(group.Members);
        Assert.Equal((joined.MemberId, "test", version == 0 ? -1 : 1), (member.MemberId, member.ClientId, member.MemberType));
        Assert.Equal(TopicName, Assert.Single(member.Assignment.TopicPartitions).TopicName);
        Assert.Equal(TopicName, Assert.Single(member.TargetAssignment.TopicPartitions).TopicName);

        BeatAnswer left = await BeatAsync(new Beat { GroupId = GroupId, MemberId = joined.MemberId!, MemberEpoch = -1 }, version);
        Assert.Equal((0, -1), (left.ErrorCode, left.MemberEpoch));
        Assert.Equal("Empty", (await DescribeAsync(version)).GroupState);
    }

    [Fact]
    public async Task MemberOfTheClassicProtocol_IsDescribedAsOne_AndCommitsByAnOldVersion()
    {
        BeatAnswer joined = await JoinAsync(1);
        byte[] subscription = [0, 0, 0, 0, 0, 1, 0, (byte)TopicName.Length, .. System.Text.Encoding.UTF8.GetBytes(TopicName), 255, 255, 255, 255];
        var request = new JoinGroupRequest
        {
            GroupId = GroupId,
            ProtocolType = "consumer",
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 10_000,
            Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = subscription }],
        };
        JoinGroupResponse classic = await Client.AskAsync<JoinGroupRequest, JoinGroupResponse>(request, 3);
        Assert.Equal((0, joined.MemberEpoch + 1, "range", ""), (classic.ErrorCode, classic.GenerationId, classic.ProtocolName, classic.Leader));

        ConsumerGroupDescribeResponse.DescribedGroup group = await DescribeAsync(1);
        Assert.Equal([0, 1], group.Members.Select(member => (int)member.MemberType).Order());
        Assert.Equal(classic.MemberId, group.Members.Single(member => member.MemberType == 0).MemberId);
        Assert.Equal(ErrorCode.None, await CommitAsync(MemberVersion - 1, Guid.Empty, classic.MemberId, classic.GenerationId));
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitAsync(MemberVersion - 1, Guid.Empty, classic.MemberId, classic.GenerationId + 1));
        Assert.Equal(ErrorCode.UnsupportedVersion, await CommitAsync(MemberVersion - 1, Guid.Empty, "m", joined.MemberEpoch));
    }

    [Fact]
    public async Task Refusals_HaveKafkasCodes()
    {
        Assert.Equal(ErrorCode.InvalidRequest, await ErrorAsync(new Beat { GroupId = "", MemberId = "m" }));
        Assert.Equal(ErrorCode.GroupIdNotFound, await ErrorAsync(new Beat { GroupId = GroupId, MemberId = "m", MemberEpoch = 1 }));
        Assert.Equal(ErrorCode.UnsupportedAssignor, await ErrorAsync(Join(serverAssignor: "sticky")));
        Assert.Equal(ErrorCode.InvalidRegularExpression, await ErrorAsync(Join(regex: "(")));
        BeatAnswer joined = await JoinAsync(1);
        Assert.Equal(ErrorCode.UnknownMemberId, await ErrorAsync(new Beat { GroupId = GroupId, MemberId = "other", MemberEpoch = 1 }));
        Assert.Equal(ErrorCode.FencedMemberEpoch, await ErrorAsync(new Beat { GroupId = GroupId, MemberId = "m", MemberEpoch = joined.MemberEpoch + 1 }));
    }

    [Fact]
    public async Task Regex_IsTakenFromVersion1On()
    {
        BeatAnswer answer = await UntilAssignedAsync(Join(regex: $"{TopicName}|nothing"), 1);
        Assert.Single(answer.Assignment!.TopicPartitions);
    }

    [Theory]
    [InlineData(MemberVersion)]
    [InlineData(TopicIdVersion)]
    public async Task Offsets_AreCommittedAndFetched_ByMembersAtTheirEpoch(short version)
    {
        BeatAnswer joined = await JoinAsync(1);
        Guid topicId = joined.Assignment!.TopicPartitions[0].TopicId;
        Assert.Equal(ErrorCode.StaleMemberEpoch, await CommitAsync(version, topicId, "m", joined.MemberEpoch + 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(version, topicId, "other", joined.MemberEpoch));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(version, topicId, "", -1));
        Assert.Equal(ErrorCode.None, await CommitAsync(version, topicId, "m", joined.MemberEpoch));

        OffsetFetchResponse.OffsetFetchResponseGroup fetched = await FetchAsync(version, topicId, "m", joined.MemberEpoch);
        OffsetFetchResponse.OffsetFetchResponseTopics topic = Assert.Single(fetched.Topics);
        Assert.Equal(version == TopicIdVersion ? ("", topicId) : (TopicName, Guid.Empty), (topic.Name, topic.TopicId));
        Assert.Equal((0, 42L), ((int)fetched.ErrorCode, Assert.Single(topic.Partitions).CommittedOffset));
        Assert.Equal((short)ErrorCode.StaleMemberEpoch, (await FetchAsync(version, topicId, "m", joined.MemberEpoch + 1)).ErrorCode);
        Assert.Equal((short)ErrorCode.UnknownMemberId, (await FetchAsync(version, topicId, "other", joined.MemberEpoch)).ErrorCode);
        Assert.Equal(42, Assert.Single(Assert.Single((await FetchAsync(version, null, null, -1)).Topics).Partitions).CommittedOffset);
    }

    [Fact]
    public async Task TopicIdThatIsNone_IsToldForEachPartition()
    {
        Guid unknown = Guid.NewGuid();
        Assert.Equal(ErrorCode.UnknownTopicId, await CommitAsync(TopicIdVersion, unknown, "", -1));
        OffsetFetchResponse.OffsetFetchResponseTopics topic = Assert.Single((await FetchAsync(TopicIdVersion, unknown, null, -1)).Topics);
        Assert.Equal((unknown, (short)ErrorCode.UnknownTopicId), (topic.TopicId, Assert.Single(topic.Partitions).ErrorCode));
    }

    [Fact]
    public async Task OtherApisOfGroups_KnowTheType()
    {
        await JoinAsync(1);
        Assert.Equal(["consumer"], await ListAsync("Consumer", ""));
        Assert.Equal(["consumer"], await ListAsync("", "stable"));
        Assert.Empty(await ListAsync("classic", ""));
        Assert.Empty(await ListAsync("", "Empty"));
        foreach (short version in new short[] { 5, 6 })
        {
            DescribeGroupsResponse.DescribedGroup classic =
                (await Client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = [GroupId] }, version)).Groups.Single();
            Assert.Equal((version == 5 ? 0 : (short)ErrorCode.GroupIdNotFound, "Dead"), (classic.ErrorCode, classic.GroupState));
        }
        var join = new JoinGroupRequest
        {
            GroupId = GroupId,
            SessionTimeoutMs = 10_000,
            ProtocolType = "consumer",
            Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range" }],
        };
        Assert.Equal((short)ErrorCode.InconsistentGroupProtocol, (await Client.AskAsync<JoinGroupRequest, JoinGroupResponse>(join, 5)).ErrorCode);
        Assert.Equal((short)ErrorCode.GroupSubscribedToTopic, await DeleteOffsetAsync());
        Assert.Equal((short)ErrorCode.NonEmptyGroup, await DeleteAsync());
        await BeatAsync(new Beat { GroupId = GroupId, MemberId = "m", MemberEpoch = -1 }, 1);
        Assert.Equal(0, await DeleteOffsetAsync());
        Assert.Equal(0, await DeleteAsync());
        Assert.Equal((short)ErrorCode.GroupIdNotFound, (await DescribeAsync(1)).ErrorCode);
    }

    [Fact]
    public async Task Feature_IsInForce()
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" };
        ApiVersionsResponse response = await Client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 3);
        Assert.Contains(response.SupportedFeatures, feature => feature is { Name: "group.version", MinVersion: 1, MaxVersion: 1 });
        Assert.Contains(response.FinalizedFeatures, feature => feature is { Name: "group.version", MinVersionLevel: 1, MaxVersionLevel: 1 });
        Assert.True(response.FinalizedFeaturesEpoch >= 0);
    }

    [Fact]
    public async Task ConfigurationsOfGroups_AreSet_Told_Listed_AndTakenAway()
    {
        const sbyte Group = 32;
        const string Timeout = "consumer.session.timeout.ms";
        Assert.Equal(("45000", 5), (await ReadAsync(Timeout)));
        Assert.Equal(0, await AlterAsync(Timeout, 0, "50000"));
        Assert.Equal(("50000", 8), (await ReadAsync(Timeout)));
        Assert.Equal((short)ErrorCode.InvalidConfig, await AlterAsync(Timeout, 0, "1"));
        Assert.Equal((short)ErrorCode.InvalidConfig, await AlterAsync(Timeout, 2, "1"));
        Assert.Equal((short)ErrorCode.InvalidConfig, await AlterAsync("share.session.timeout.ms", 0, "50000"));
        var list = new ListConfigResourcesRequest { ResourceTypes = [Group] };
        Assert.Contains((await Client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(list, 1)).ConfigResources, resource => resource.ResourceName == GroupId);
        Assert.Equal(0, await AlterAsync(Timeout, 1, null));
        Assert.Equal(("45000", 5), (await ReadAsync(Timeout)));

        async Task<(string? Value, int Source)> ReadAsync(string name)
        {
            var request = new DescribeConfigsRequest { Resources = [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = Group, ResourceName = GroupId }] };
            DescribeConfigsResponse response = await Client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, 4);
            DescribeConfigsResponse.DescribeConfigsResourceResult config = response.Results.Single().Configs.Single(config => config.Name == name);
            return (config.Value, config.ConfigSource);
        }

        async Task<short> AlterAsync(string name, sbyte operation, string? value)
        {
            var change = new IncrementalAlterConfigsRequest.AlterableConfig { Name = name, ConfigOperation = operation, Value = value };
            var request = new IncrementalAlterConfigsRequest
            {
                Resources = [new IncrementalAlterConfigsRequest.AlterConfigsResource { ResourceType = Group, ResourceName = GroupId, Configs = [change] }],
            };
            return (await Client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1)).Responses.Single().ErrorCode;
        }
    }

    private Beat Join(string? serverAssignor = null, string? regex = null, string memberId = "m") => new()
    {
        GroupId = GroupId,
        MemberId = memberId,
        RebalanceTimeoutMs = 60_000,
        SubscribedTopicNames = regex is null ? [TopicName] : null,
        SubscribedTopicRegex = regex,
        ServerAssignor = serverAssignor,
        TopicPartitions = [],
    };

    private async Task<BeatAnswer> BeatAsync(Beat request, short version) => await Client.AskAsync<Beat, BeatAnswer>(request, version);

    private async Task<ErrorCode> ErrorAsync(Beat request)
    {
        BeatAnswer answer = await BeatAsync(request, 1);
        Assert.NotNull(answer.ErrorMessage);
        return (ErrorCode)answer.ErrorCode;
    }

    private Task<BeatAnswer> JoinAsync(short version) => UntilAssignedAsync(Join(memberId: version == 0 ? "" : "m"), version);

    // The topic was made a moment ago; a group hears of it by a watch. Who joins again under its id is the same member.
    private async Task<BeatAnswer> UntilAssignedAsync(Beat request, short version)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            BeatAnswer answer = await BeatAsync(request, version);
            Assert.True(answer.ErrorCode == 0, answer.ErrorMessage);
            if (answer.Assignment!.TopicPartitions.Count > 0)
            {
                return answer;
            }
            request.MemberId = answer.MemberId!;
        }
    }

    private async Task<ConsumerGroupDescribeResponse.DescribedGroup> DescribeAsync(short version) =>
        (await Client.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(new ConsumerGroupDescribeRequest { GroupIds = [GroupId] }, version)).Groups.Single();

    private async Task<ErrorCode> CommitAsync(short version, Guid topicId, string memberId, int epoch)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = GroupId,
            MemberId = memberId,
            GenerationIdOrMemberEpoch = epoch,
            Topics =
            [
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = version < TopicIdVersion ? TopicName : "",
                    TopicId = version < TopicIdVersion ? Guid.Empty : topicId,
                    Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition { CommittedOffset = 42, CommittedMetadata = "" }],
                },
            ],
        };
        OffsetCommitResponse response = await Client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(request, version);
        Assert.Equal(version < TopicIdVersion ? Guid.Empty : topicId, response.Topics.Single().TopicId);
        return (ErrorCode)response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAsync(short version, Guid? topicId, string? memberId, int epoch)
    {
        var topic = new OffsetFetchRequest.OffsetFetchRequestTopics
        {
            Name = version < TopicIdVersion ? TopicName : "",
            TopicId = version < TopicIdVersion ? Guid.Empty : topicId ?? Guid.Empty,
            PartitionIndexes = [0],
        };
        var group = new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = GroupId, MemberId = memberId, MemberEpoch = epoch, Topics = topicId is null ? null : [topic] };
        return (await Client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(new OffsetFetchRequest { Groups = [group] }, version)).Groups.Single();
    }

    private async Task<IEnumerable<string>> ListAsync(string type, string state)
    {
        var request = new ListGroupsRequest { TypesFilter = type.Length == 0 ? [] : [type], StatesFilter = state.Length == 0 ? [] : [state] };
        ListGroupsResponse response = await Client.AskAsync<ListGroupsRequest, ListGroupsResponse>(request, 5);
        return response.Groups.Where(group => group.GroupId == GroupId).Select(group => group.GroupType);
    }

    private async Task<short> DeleteAsync() =>
        (await Client.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = [GroupId] }, 2)).Results.Single().ErrorCode;

    private async Task<short> DeleteOffsetAsync()
    {
        var topic = new OffsetDeleteRequest.OffsetDeleteRequestTopic { Name = TopicName, Partitions = [new OffsetDeleteRequest.OffsetDeleteRequestPartition()] };
        OffsetDeleteResponse response = await Client.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(new OffsetDeleteRequest { GroupId = GroupId, Topics = [topic] }, 0);
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }
}
