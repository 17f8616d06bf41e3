using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>Access control lists on the wire: how they are changed, and what each API answers to those that they do not allow it.</summary>
public sealed class AclTests(SecureSiloFixture fixture, SiloFixture open)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Lists_AreCreatedDescribedAndDeleted(short version)
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        CreateAclsResponse created = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
            new CreateAclsRequest { Creations = [Rule(topic, AclOperation.Read), Rule(topic, AclOperation.Write), Rule(topic, AclOperation.Read, AclPatternType.Prefixed)] }, version);
        Assert.Equal([0, 0, 0], created.Results.Select(result => (int)result.ErrorCode));

        DescribeAclsResponse described = await DescribeAsync(admin, topic, version);
        Assert.Equal(["3: 3 4", "4: 3"], described.Resources.OrderBy(one => one.PatternType).Select(one => $"{one.PatternType}: {string.Join(' ', one.Acls.Select(acl => acl.Operation).Order())}"));
        Assert.All(described.Resources.SelectMany(one => one.Acls), acl => Assert.Equal(("User:alice", "*", (sbyte)3), (acl.Principal, acl.Host, acl.PermissionType)));

        DeleteAclsResponse deleted = await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
            new DeleteAclsRequest
            {
                Filters =
                [
                    new DeleteAclsRequest.DeleteAclsFilter
                    {
                        ResourceTypeFilter = (sbyte)AclResourceType.Topic,
                        ResourceNameFilter = topic,
                        PatternTypeFilter = (sbyte)AclPatternType.Match,
                        Operation = (sbyte)AclOperation.Read,
                        PermissionType = (sbyte)AclEffect.Any,
                    },
                ],
            },
            version);
        Assert.Equal(2, deleted.FilterResults.Single().MatchingAcls.Count);
        Assert.Equal((sbyte)AclOperation.Write, (await DescribeAsync(admin, topic, version)).Resources.Single().Acls.Single().Operation);
    }

    [Fact]
    public async Task AList_HoldsFromItsAnswerOn()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await admin.CreateTopicAsync(topic);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await alice.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")))).ErrorCode);
            await AllowAsync(admin, Rule(topic, AclOperation.Write));
            Assert.Equal(0, (await alice.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")))).ErrorCode);
            await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(new DeleteAclsRequest { Filters = [FilterOf(topic)] }, 3);
        }
    }

    [Fact]
    public async Task WhoeverMayRead_MaySeeAndFetch_AndNothingElse()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await admin.CreateTopicAsync(topic);
        await AllowAsync(admin, Rule(topic, AclOperation.Read));

        MetadataResponse metadata = await alice.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest
            {
                Topics = null,
                IncludeTopicAuthorizedOperations = true,
                IncludeClusterAuthorizedOperations = true,
            },
            9);

        MetadataResponse.MetadataResponseTopic only = metadata.Topics.Single(one => one.Name == topic);
        Assert.Equal((1 << (int)AclOperation.Read) | (1 << (int)AclOperation.Describe), only.TopicAuthorizedOperations);
        Assert.Equal(0, metadata.ClusterAuthorizedOperations);
        Assert.Equal(0, (await alice.FetchAsync(Requests.Fetch(topic, 0))).ErrorCode);
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await alice.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")))).ErrorCode);
        await using KafkaClient bob = await fixture.LogInAsync("bob");
        Assert.DoesNotContain((await bob.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = null }, 9)).Topics, one => one.Name == topic);
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await bob.FetchAsync(Requests.Fetch(topic, 0))).ErrorCode);
    }

    [Fact]
    public async Task AFailedProduce_ThatWantsNoAnswer_EndsTheConnection()
    {
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await alice.SendAsync(Requests.Produce(fixture.NewName(), Requests.Batch("a"), acks: 0), Requests.ProduceVersion);

        Assert.Equal(0, await alice.ReadToEndAsync());
    }

    [Fact]
    public async Task ANamedTopic_IsRefused_WhetherItExistsOrNot()
    {
        string missing = fixture.NewName();
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        var request = new MetadataRequest
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = missing }],
            AllowAutoTopicCreation = true,
        };

        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await alice.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().ErrorCode);

        // To see is not to create.
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await AllowAsync(admin, Rule(missing, AclOperation.Write));
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await alice.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().ErrorCode);
        await AllowAsync(admin, Rule(missing, AclOperation.Create));
        Assert.Equal(0, (await alice.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().ErrorCode);
    }

    [Fact]
    public async Task Denied_BeatsAllowed()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await admin.CreateTopicAsync(topic);
        await AllowAsync(admin, Rule(topic, AclOperation.All));
        Assert.Equal(0, (await alice.FetchAsync(Requests.Fetch(topic, 0))).ErrorCode);

        await AllowAsync(admin, Rule(topic[..^1], AclOperation.Read, AclPatternType.Prefixed, AclEffect.Deny));

        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await alice.FetchAsync(Requests.Fetch(topic, 0))).ErrorCode);
        Assert.Equal(0, (await alice.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")))).ErrorCode);
    }

    [Fact]
    public async Task AGroup_IsItsMembersAlone()
    {
        string name = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        const short Refused = (short)ErrorCode.GroupAuthorizationFailed;

        Assert.Equal(Refused, (await alice.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = name }, 2)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { CoordinatorKeys = [name] }, 4)).Coordinators.Single().ErrorCode);
        Assert.Equal((short)ErrorCode.TransactionalIdAuthorizationFailed, (await alice.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest
            {
                Key = name,
                KeyType = 1,
            },
            2)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<JoinGroupRequest, JoinGroupResponse>(new JoinGroupRequest { GroupId = name }, 5)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<SyncGroupRequest, SyncGroupResponse>(new SyncGroupRequest { GroupId = name }, 3)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<HeartbeatRequest, HeartbeatResponse>(new HeartbeatRequest { GroupId = name }, 3)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(new LeaveGroupRequest { GroupId = name }, 3)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = [name] }, 5)).Groups.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = [name] }, 2)).Results.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(new OffsetDeleteRequest { GroupId = name }, 0)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(new OffsetFetchRequest { GroupId = name }, 5)).ErrorCode);
        Assert.Equal(Refused, await CommitAsync(alice, name, name));

        await AllowAsync(admin, Rule(name, AclOperation.Read, type: AclResourceType.Group));
        await admin.CreateTopicAsync(name);

        Assert.Equal(0, (await alice.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = name }, 2)).ErrorCode);
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, await CommitAsync(alice, name, name));
        await AllowAsync(admin, Rule(name, AclOperation.Read));
        Assert.Equal(0, await CommitAsync(alice, name, name));
        DescribeGroupsResponse described = await alice.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest
            {
                Groups = [name],
                IncludeAuthorizedOperations = true,
            },
            5);
        Assert.Equal((1 << (int)AclOperation.Read) | (1 << (int)AclOperation.Describe), described.Groups.Single().AuthorizedOperations);
        Assert.Contains((await alice.AskAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), 4)).Groups, group => group.GroupId == name);
        await using KafkaClient bob = await fixture.LogInAsync("bob");
        Assert.DoesNotContain((await bob.AskAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), 4)).Groups, group => group.GroupId == name);
    }

    [Fact]
    public async Task OffsetsOfTopicsThatAreNotSeen_AreNotTold()
    {
        string name = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await admin.CreateTopicAsync(name);
        Assert.Equal(0, await CommitAsync(admin, name, name));
        await AllowAsync(admin, Rule(name, AclOperation.Describe, type: AclResourceType.Group));

        OffsetFetchResponse all = await alice.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                GroupId = name,
                Topics = null,
            },
            5);
        OffsetFetchResponse named = await alice.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                GroupId = name,
                Topics =
                [
                    new OffsetFetchRequest.OffsetFetchRequestTopic
                    {
                        Name = name,
                        PartitionIndexes = [0],
                    },
                ],
            },
            5);

        Assert.Empty(all.Topics);
        OffsetFetchResponse.OffsetFetchResponsePartition refused = named.Topics.Single().Partitions.Single();
        Assert.Equal((ErrorCode.TopicAuthorizationFailed, -1L), ((ErrorCode)refused.ErrorCode, refused.CommittedOffset));
    }

    [Fact]
    public async Task ProducerIds_AreForThoseWhoMayWriteSomewhere()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient bob = await fixture.LogInAsync("bob");
        Assert.Equal((short)ErrorCode.ClusterAuthorizationFailed, (await bob.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null }, 4)).ErrorCode);
        Assert.Equal(
            (short)ErrorCode.TransactionalIdAuthorizationFailed,
            (await bob.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = topic }, 4)).ErrorCode);

        await AllowAsync(admin, Rule(topic, AclOperation.Write, user: "User:bob"));

        Assert.Equal(0, (await bob.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null }, 4)).ErrorCode);
    }

    [Fact]
    public async Task TheCluster_IsItsAdministrators()
    {
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        const short Refused = (short)ErrorCode.ClusterAuthorizationFailed;

        Assert.Equal(Refused, (await DescribeAsync(alice, "x", 3)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<CreateAclsRequest, CreateAclsResponse>(new CreateAclsRequest { Creations = [Rule("x", AclOperation.All)] }, 3)).Results.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(new DeleteAclsRequest { Filters = [FilterOf("x")] }, 3)).FilterResults.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(new DescribeUserScramCredentialsRequest { Users = null }, 0)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(new DescribeClientQuotasRequest(), 1)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(new ElectLeadersRequest { TopicPartitions = null }, 2)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest { Topics = null }, 0)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(new AlterPartitionReassignmentsRequest(), 0)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest(), 1)).ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(new DescribeLogDirsRequest { Topics = null }, 4)).ErrorCode);
        DescribeClusterResponse cluster = await alice.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true }, 1);
        Assert.Equal((0, 0), (cluster.ErrorCode, cluster.ClusterAuthorizedOperations));
    }

    [Fact]
    public async Task Topics_AreAdministeredByThoseWhoMay()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        await admin.CreateTopicAsync(topic);
        const short Refused = (short)ErrorCode.TopicAuthorizationFailed;

        Assert.Equal(Refused, (await alice.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(CreateTopic("x"), 6)).Topics.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = [topic] }, 5)).Responses.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new CreatePartitionsRequest { Topics = [new CreatePartitionsRequest.CreatePartitionsTopic { Name = topic, Count = 5 }] }, 3)).Results.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest { Resources = [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 2, ResourceName = topic }] }, 4)).Results.Single().ErrorCode);
        Assert.Equal((short)ErrorCode.ClusterAuthorizationFailed, (await alice.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest { Resources = [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "1" }] }, 4)).Results.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest { Resources = [new IncrementalAlterConfigsRequest.AlterConfigsResource { ResourceType = 2, ResourceName = topic }] }, 1)).Responses.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new AlterConfigsRequest { Resources = [new AlterConfigsRequest.AlterConfigsResource { ResourceType = 2, ResourceName = topic }] }, 2)).Responses.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new DescribeTopicPartitionsRequest { Topics = [new DescribeTopicPartitionsRequest.TopicRequest { Name = topic }] }, 0)).Topics.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest { Topics = [new ListOffsetsRequest.ListOffsetsTopic { Name = topic, Partitions = [new ListOffsetsRequest.ListOffsetsPartition()] }] }, 5)).Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            new OffsetForLeaderEpochRequest { Topics = [new OffsetForLeaderEpochRequest.OffsetForLeaderTopic { Topic = topic, Partitions = [new OffsetForLeaderEpochRequest.OffsetForLeaderPartition()] }] }, 4))
            .Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            new DeleteRecordsRequest { Topics = [new DeleteRecordsRequest.DeleteRecordsTopic { Name = topic, Partitions = [new DeleteRecordsRequest.DeleteRecordsPartition()] }] }, 2)).Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(Refused, (await alice.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(
            new DescribeProducersRequest { Topics = [new DescribeProducersRequest.TopicRequest { Name = topic, PartitionIndexes = [0] }] }, 0)).Topics.Single().Partitions.Single().ErrorCode);

        await AllowAsync(admin, Rule(topic, AclOperation.Create, AclPatternType.Prefixed), Rule(topic, AclOperation.Delete, AclPatternType.Prefixed));

        CreateTopicsResponse.CreatableTopicResult created = (await alice.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(CreateTopic(topic + "b"), 6)).Topics.Single();
        Assert.Equal((0, Refused), (created.ErrorCode, created.TopicConfigErrorCode));
        Assert.Equal(0, (await alice.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = [topic + "b"] }, 5)).Responses.Single().ErrorCode);
    }

    [Fact]
    public async Task WhatIsNoList_IsRefused_AndTheOthersAreMade()
    {
        string topic = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");

        CreateAclsResponse created = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
            new CreateAclsRequest { Creations = [Rule("", AclOperation.Read), Rule(topic, AclOperation.Read), Rule(topic, AclOperation.Any), Rule(topic, AclOperation.Read, AclPatternType.Match)] }, 3);

        Assert.Equal([42, 0, 42, 42], created.Results.Select(result => (int)result.ErrorCode));
        Assert.Single((await DescribeAsync(admin, topic, 3)).Resources.Single().Acls);
        DescribeAclsResponse unknown = await admin.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(new DescribeAclsRequest { ResourceTypeFilter = 99 }, 3);
        Assert.Equal((short)ErrorCode.InvalidRequest, unknown.ErrorCode);
    }

    [Fact]
    public async Task WhereNobodyLooksAtThem_ThereAreNone()
    {
        await using KafkaClient client = await open.ConnectAsync();
        const short Disabled = (short)ErrorCode.SecurityDisabled;

        Assert.Equal(Disabled, (await DescribeAsync(client, "x", 3)).ErrorCode);
        Assert.Equal(Disabled, (await client.AskAsync<CreateAclsRequest, CreateAclsResponse>(new CreateAclsRequest { Creations = [Rule("x", AclOperation.All)] }, 3)).Results.Single().ErrorCode);
        Assert.Equal(Disabled, (await client.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(new DeleteAclsRequest { Filters = [FilterOf("x")] }, 3)).FilterResults.Single().ErrorCode);
    }

    private static CreateTopicsRequest CreateTopic(string topic) => new()
    {
        Topics =
        [
            new CreateTopicsRequest.CreatableTopic
            {
                Name = topic,
                NumPartitions = 1,
                ReplicationFactor = 1,
            },
        ],
    };

    private static CreateAclsRequest.AclCreation Rule(
        string name,
        AclOperation operation,
        AclPatternType patternType = AclPatternType.Literal,
        AclEffect effect = AclEffect.Allow,
        AclResourceType type = AclResourceType.Topic,
        string user = "User:alice") => new()
        {
            ResourceType = (sbyte)type,
            ResourceName = name,
            ResourcePatternType = (sbyte)patternType,
            Principal = user,
            Host = "*",
            Operation = (sbyte)operation,
            PermissionType = (sbyte)effect,
        };

    private static DeleteAclsRequest.DeleteAclsFilter FilterOf(string topic) => new()
    {
        ResourceTypeFilter = (sbyte)AclResourceType.Topic,
        ResourceNameFilter = topic,
        PatternTypeFilter = (sbyte)AclPatternType.Literal,
        Operation = (sbyte)AclOperation.Any,
        PermissionType = (sbyte)AclEffect.Any,
    };

    private static async Task AllowAsync(KafkaClient admin, params CreateAclsRequest.AclCreation[] rules)
    {
        CreateAclsResponse created = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(new CreateAclsRequest { Creations = rules }, 3);
        Assert.All(created.Results, result => Assert.Equal(0, result.ErrorCode));
    }

    private static Task<DescribeAclsResponse> DescribeAsync(KafkaClient client, string topic, short version) => client.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(
        new DescribeAclsRequest
        {
            ResourceTypeFilter = (sbyte)AclResourceType.Topic,
            ResourceNameFilter = topic,
            PatternTypeFilter = (sbyte)AclPatternType.Any,
            Operation = (sbyte)AclOperation.Any,
            PermissionType = (sbyte)AclEffect.Any,
        },
        version);

    private static async Task<short> CommitAsync(KafkaClient client, string group, string topic)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = -1,
            Topics =
            [
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic,
                    Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition { CommittedOffset = 7 }],
                },
            ],
        };
        return (await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(request, 7)).Topics.Single().Partitions.Single().ErrorCode;
    }
}
