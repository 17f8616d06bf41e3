using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>What admin clients do to partitions and ask of them.</summary>
public sealed class PartitionAdminTests(SiloFixture fixture) : IAsyncLifetime
{
    private const int ThisNode = 1;

    private KafkaClient _client = null!;
    private string _topic = "";

    public async ValueTask InitializeAsync()
    {
        _client = await fixture.ConnectAsync();
        _topic = fixture.NewTopic();
        await _client.CreateTopicAsync(_topic);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CreatePartitions_RaisesTheCount_UnlessItIsOnlyToBeChecked(short version)
    {
        Assert.Equal(ErrorCode.None, await GrowAsync(_topic, 3, validateOnly: true, version: version));
        Assert.Equal(1, await CountAsync());
        Assert.Equal(ErrorCode.None, await GrowAsync(_topic, 3, version: version));
        Assert.Equal(3, await CountAsync());
        Assert.Equal(ErrorCode.None, await GrowAsync(_topic, 5, [[ThisNode], [ThisNode]], version: version));
        Assert.Equal(5, await CountAsync());
    }

    [Fact]
    public async Task CreatePartitions_OfWhatCannotBe_IsRefused()
    {
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(_topic, 1));
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(_topic, -1, []));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(_topic, 3, [[ThisNode]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(_topic, 2, [[ThisNode + 1]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(_topic, 2, [[ThisNode, ThisNode]]));
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
        await _client.ProduceAsync(Requests.Produce(_topic, Requests.Batch("a", "b", "c")));

        Assert.Equal((ErrorCode.None, 2), await DeleteAsync(_topic, 2, version));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (ErrorCode)(await _client.FetchAsync(Requests.Fetch(_topic, 1))).ErrorCode);
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1), await DeleteAsync(_topic, 4, version));
        Assert.Equal((ErrorCode.None, 3), await DeleteAsync(_topic, -1, version));
        Assert.Equal(3, (await _client.FetchAsync(Requests.Fetch(_topic, 3))).LogStartOffset);
    }

    [Fact]
    public async Task DeleteRecords_OfWhatIsNotToBeTouched_IsRefused()
    {
        await AlterConfigsTests.SetAsync(_client, _topic, (TopicConfigs.CleanupPolicy, "compact"));
        Assert.Equal((ErrorCode.PolicyViolation, -1), await DeleteAsync(_topic, -1));
        Assert.Equal((ErrorCode.InvalidTopicException, -1), await DeleteAsync("__znodes", -1));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1), await DeleteAsync("nowhere", -1));
        await AlterConfigsTests.SetAsync(_client, _topic, (TopicConfigs.CleanupPolicy, "compact,delete"));
        Assert.Equal((ErrorCode.None, 0), await DeleteAsync(_topic, -1));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1), await DeleteAsync(_topic, -1, partition: 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task OffsetForLeaderEpoch_TellsWhereAnEpochEnds(short version)
    {
        await _client.ProduceAsync(Requests.Produce(_topic, Requests.Batch("a", "b")));
        int epoch = (await FindEndAsync(_topic, 1_000_000, version)).LeaderEpoch;
        Assert.Equal(-1, epoch);
        OffsetForLeaderEpochResponse.EpochEndOffset end = await FindEndAsync(_topic, 0, version);
        Assert.Equal((0, 0, 2L), (end.ErrorCode, end.LeaderEpoch, end.EndOffset));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (ErrorCode)(await FindEndAsync(_topic, 0, version, currentEpoch: 1_000_000)).ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (ErrorCode)(await FindEndAsync("nowhere", 0, version)).ErrorCode);
    }

    [Fact]
    public async Task DescribeProducers_TellsWhoHasProduced()
    {
        using var builder = new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 2, BaseSequence = 0 };
        builder.Append(1_700_000_000_000, NullableBytes.Null, "a"u8);
        using Partitions.RecordData batch = builder.Build();
        await _client.ProduceAsync(Requests.Produce(_topic, batch.Bytes.ToArray()));
        var request = new DescribeProducersRequest
        {
            Topics =
            [
                new DescribeProducersRequest.TopicRequest
                {
                    Name = _topic,
                    PartitionIndexes = [0, 1],
                },
            ],
        };

        DescribeProducersResponse response = await _client.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(request, 0);

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
        await _client.ProduceAsync(Requests.Produce(_topic, batch));
        var request = new DescribeLogDirsRequest { Topics = [Wanted(_topic, 0, 1), Wanted("nowhere", 0)] };

        DescribeLogDirsResponse.DescribeLogDirsResult directory = (await AskAsync(request, version)).Results.Single();

        DescribeLogDirsResponse.DescribeLogDirsTopic topic = directory.Topics.Single();
        Assert.Equal((0, _topic), ((int)directory.ErrorCode, topic.Name));
        Assert.Equal((0, (long)batch.Length), (topic.Partitions.Single().PartitionIndex, topic.Partitions[0].PartitionSize));
        Assert.EndsWith("logs", directory.LogDir, StringComparison.Ordinal);
        if (version >= 4)
        {
            Assert.InRange(directory.UsableBytes, 1, directory.TotalBytes);
        }
        Assert.Contains((await AskAsync(new DescribeLogDirsRequest { Topics = null }, version)).Results.Single().Topics, one => one.Name == _topic);
        Assert.Empty((await AskAsync(new DescribeLogDirsRequest { Topics = [] }, version)).Results.Single().Topics);

        Task<DescribeLogDirsResponse> AskAsync(DescribeLogDirsRequest asked, short askedVersion) => _client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(asked, askedVersion);

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
                    Topic = _topic,
                    Partitions = [0, 1],
                },
            ],
        };

        ElectLeadersResponse response = await _client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, version);

        Assert.Equal(
            [(0, ErrorCode.ElectionNotNeeded), (1, ErrorCode.UnknownTopicOrPartition)],
            response.ReplicaElectionResults.Single().PartitionResult.Select(one => (one.PartitionId, (ErrorCode)one.ErrorCode)));
        Assert.Empty((await _client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(new ElectLeadersRequest { TopicPartitions = null }, version)).ReplicaElectionResults);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task AlterPartitionReassignments_MovesNothing(short version)
    {
        Assert.Equal(ErrorCode.None, await ReassignAsync(_topic, 0, [ThisNode]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await ReassignAsync(_topic, 0, [ThisNode + 1]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await ReassignAsync(_topic, 0, []));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, await ReassignAsync(_topic, 0, null));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ReassignAsync(_topic, 1, [ThisNode]));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ReassignAsync("nowhere", 0, [ThisNode]));
        Assert.Empty((await _client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest(), 0)).Topics);

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
            AlterPartitionReassignmentsResponse response = await _client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(request, version);
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
        CreatePartitionsResponse response = await _client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(request, version);
        return (ErrorCode)response.Results.Single().ErrorCode;
    }

    private async Task<int> CountAsync()
    {
        var request = new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = _topic }] };
        return (await _client.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().Partitions.Count;
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
        DeleteRecordsResponse response = await _client.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(request, version);
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
        OffsetForLeaderEpochResponse response = await _client.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(request, version);
        return response.Topics.Single().Partitions.Single();
    }
}
