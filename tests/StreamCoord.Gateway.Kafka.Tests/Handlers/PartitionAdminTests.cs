using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>What admin clients do to partitions and ask of them.</summary>
public sealed class PartitionAdminTests(SiloFixture fixture) : TopicTests(fixture)
{
    private const int ThisNode = 1;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CreatePartitions_RaisesTheCount_UnlessItIsOnlyToBeChecked(short version)
    {
        Assert.Equal(ErrorCode.None, await GrowAsync(TopicName, 3, validateOnly: true, version: version));
        Assert.Equal(1, await CountAsync());
        Assert.Equal(ErrorCode.None, await GrowAsync(TopicName, 3, version: version));
        Assert.Equal(3, await CountAsync());
        Assert.Equal(ErrorCode.None, await GrowAsync(TopicName, 5, [[ThisNode], [ThisNode]], version: version));
        Assert.Equal(5, await CountAsync());
    }

    [Fact]
    public async Task CreatePartitions_OfWhatCannotBe_IsRefused()
    {
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(TopicName, 1));
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(TopicName, -1, []));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(TopicName, 3, [[ThisNode]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(TopicName, 2, [[ThisNode + 1]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(TopicName, 2, [[ThisNode, ThisNode]]));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await GrowAsync("nowhere", 2));
        Assert.Equal(ErrorCode.InvalidTopicException, await GrowAsync("__znodes", 2));
        Assert.Equal(ErrorCode.InvalidTopicException, await GrowAsync("", 2));
        Assert.Equal(1, await CountAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task DeleteRecords_RaisesTheLowWatermark(short version)
    {
        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a", "b", "c")));

        Assert.Equal((ErrorCode.None, 2), await DeleteAsync(TopicName, 2, version));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (ErrorCode)(await Client.FetchAsync(Requests.Fetch(TopicName, 1))).ErrorCode);
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1), await DeleteAsync(TopicName, 4, version));
        Assert.Equal((ErrorCode.None, 3), await DeleteAsync(TopicName, -1, version));
        Assert.Equal(3, (await Client.FetchAsync(Requests.Fetch(TopicName, 3))).LogStartOffset);
    }

    [Fact]
    public async Task DeleteRecords_OfWhatIsNotToBeTouched_IsRefused()
    {
        await AlterConfigsTests.SetAsync(Client, TopicName, (TopicConfigs.CleanupPolicy, "compact"));
        Assert.Equal((ErrorCode.PolicyViolation, -1), await DeleteAsync(TopicName, -1));
        Assert.Equal((ErrorCode.InvalidTopicException, -1), await DeleteAsync("__znodes", -1));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1), await DeleteAsync("nowhere", -1));
        await AlterConfigsTests.SetAsync(Client, TopicName, (TopicConfigs.CleanupPolicy, "compact,delete"));
        Assert.Equal((ErrorCode.None, 0), await DeleteAsync(TopicName, -1));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1), await DeleteAsync(TopicName, -1, partition: 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task OffsetForLeaderEpoch_TellsWhereAnEpochEnds(short version)
    {
        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a", "b")));
        int epoch = (await FindEndAsync(TopicName, 1_000_000, version)).LeaderEpoch;
        Assert.Equal(-1, epoch);
        OffsetForLeaderEpochResponse.EpochEndOffset end = await FindEndAsync(TopicName, 0, version);
        Assert.Equal((0, 0, 2L), (end.ErrorCode, end.LeaderEpoch, end.EndOffset));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (ErrorCode)(await FindEndAsync(TopicName, 0, version, currentEpoch: 1_000_000)).ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (ErrorCode)(await FindEndAsync("nowhere", 0, version)).ErrorCode);
    }

    [Fact]
    public async Task DescribeProducers_TellsWhoHasProduced()
    {
        using var builder = new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 2, BaseSequence = 0 };
        builder.Append(1_700_000_000_000, NullableBytes.Null, "a"u8);
        using Partitions.RecordData batch = builder.Build();
        await Client.ProduceAsync(Requests.Produce(TopicName, batch.Bytes.ToArray()));
        var request = new DescribeProducersRequest
        {
            Topics =
            [
                new DescribeProducersRequest.TopicRequest
                {
                    Name = TopicName,
                    PartitionIndexes = [0, 1],
                },
            ],
        };

        DescribeProducersResponse response = await Client.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(request, 0);

        DescribeProducersResponse.ProducerState producer = response.Topics.Single().Partitions[0].ActiveProducers.Single();
        Assert.Equal((7L, 2, 0, 1_700_000_000_000, -1L), (producer.ProducerId, producer.ProducerEpoch, producer.LastSequence, producer.LastTimestamp, producer.CurrentTxnStartOffset));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (ErrorCode)response.Topics.Single().Partitions[1].ErrorCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task DescribeLogDirs_TellsSizes_AndLeavesOutWhatDoesNotExist(short version)
    {
        byte[] batch = Requests.Batch("a");
        await Client.ProduceAsync(Requests.Produce(TopicName, batch));
        var request = new DescribeLogDirsRequest { Topics = [Wanted(TopicName, 0, 1), Wanted("nowhere", 0)] };

        DescribeLogDirsResponse.DescribeLogDirsResult directory = (await AskAsync(request, version)).Results.Single();

        DescribeLogDirsResponse.DescribeLogDirsTopic topic = directory.Topics.Single();
        Assert.Equal((0, TopicName), ((int)directory.ErrorCode, topic.Name));
        Assert.Equal((0, (long)batch.Length), (topic.Partitions.Single().PartitionIndex, topic.Partitions[0].PartitionSize));
        Assert.EndsWith("logs", directory.LogDir, StringComparison.Ordinal);
        if (version >= 4)
        {
            Assert.InRange(directory.UsableBytes, 1, directory.TotalBytes);
        }
        Assert.Contains((await AskAsync(new DescribeLogDirsRequest { Topics = null }, version)).Results.Single().Topics, one => one.Name == TopicName);
        Assert.Empty((await AskAsync(new DescribeLogDirsRequest { Topics = [] }, version)).Results.Single().Topics);

        Task<DescribeLogDirsResponse> AskAsync(DescribeLogDirsRequest asked, short askedVersion) => Client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(asked, askedVersion);

        static DescribeLogDirsRequest.DescribableLogDirTopic Wanted(string name, params int[] partitions) => new()
        {
            Topic = name,
            Partitions = partitions,
        };
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ElectLeaders_HasNothingToDo(short version)
    {
        var request = new ElectLeadersRequest
        {
            TopicPartitions =
            [
                new ElectLeadersRequest.TopicPartitionsData
                {
                    Topic = TopicName,
                    Partitions = [0, 1],
                },
            ],
        };

        ElectLeadersResponse response = await Client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, version);

        Assert.Equal(
            [(0, ErrorCode.ElectionNotNeeded), (1, ErrorCode.UnknownTopicOrPartition)],
            response.ReplicaElectionResults.Single().PartitionResult.Select(one => (one.PartitionId, (ErrorCode)one.ErrorCode)));
        Assert.Empty((await Client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(new ElectLeadersRequest { TopicPartitions = null }, version)).ReplicaElectionResults);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task AlterPartitionReassignments_MovesNothing(short version)
    {
        Assert.Equal(ErrorCode.None, await ReassignAsync(TopicName, 0, [ThisNode]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await ReassignAsync(TopicName, 0, [ThisNode + 1]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await ReassignAsync(TopicName, 0, []));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, await ReassignAsync(TopicName, 0, null));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ReassignAsync(TopicName, 1, [ThisNode]));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ReassignAsync("nowhere", 0, [ThisNode]));
        Assert.Empty((await Client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest(), 0)).Topics);

        async Task<ErrorCode> ReassignAsync(string topic, int partition, int[]? replicas)
        {
            var request = new AlterPartitionReassignmentsRequest
            {
                Topics =
                [
                    new AlterPartitionReassignmentsRequest.ReassignableTopic
                    {
                        Name = topic,
                        Partitions =
                        [
                            new AlterPartitionReassignmentsRequest.ReassignablePartition
                            {
                                PartitionIndex = partition,
                                Replicas = replicas,
                            },
                        ],
                    },
                ],
            };
            AlterPartitionReassignmentsResponse response = await Client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(request, version);
            return (ErrorCode)response.Responses.Single().Partitions.Single().ErrorCode;
        }
    }

    private async Task<ErrorCode> GrowAsync(string topic, int count, int[][]? assignments = null, bool validateOnly = false, short version = 3)
    {
        var request = new CreatePartitionsRequest
        {
            Topics =
            [
                new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = topic,
                    Count = count,
                    Assignments = assignments is null ? null : [.. assignments.Select(ids => new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = ids })],
                },
            ],
            ValidateOnly = validateOnly,
        };
        CreatePartitionsResponse response = await Client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(request, version);
        return (ErrorCode)response.Results.Single().ErrorCode;
    }

    private async Task<int> CountAsync()
    {
        var request = new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = TopicName }] };
        return (await Client.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().Partitions.Count;
    }

    private async Task<(ErrorCode Error, long LowWatermark)> DeleteAsync(string topic, long offset, short version = 2, int partition = 0)
    {
        var request = new DeleteRecordsRequest
        {
            Topics =
            [
                new DeleteRecordsRequest.DeleteRecordsTopic
                {
                    Name = topic,
                    Partitions =
                    [
                        new DeleteRecordsRequest.DeleteRecordsPartition
                        {
                            PartitionIndex = partition,
                            Offset = offset,
                        },
                    ],
                },
            ],
        };
        DeleteRecordsResponse response = await Client.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(request, version);
        DeleteRecordsResponse.DeleteRecordsPartitionResult answer = response.Topics.Single().Partitions.Single();
        return ((ErrorCode)answer.ErrorCode, answer.LowWatermark);
    }

    private async Task<OffsetForLeaderEpochResponse.EpochEndOffset> FindEndAsync(string topic, int epoch, short version, int currentEpoch = -1)
    {
        var request = new OffsetForLeaderEpochRequest
        {
            Topics =
            [
                new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = topic,
                    Partitions =
                    [
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
                        {
                            LeaderEpoch = epoch,
                            CurrentLeaderEpoch = currentEpoch,
                        },
                    ],
                },
            ],
        };
        OffsetForLeaderEpochResponse response = await Client.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(request, version);
        return response.Topics.Single().Partitions.Single();
    }
}
