using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using Cursor = StreamCoord.Protocol.Kafka.Messages.DescribeTopicPartitionsRequest.CursorData;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>Topics are described page by page, each partition once.</summary>
public sealed class DescribeTopicPartitionsTests(SiloFixture fixture) : IAsyncLifetime
{
    private readonly string[] _topics = [fixture.NewTopic(), fixture.NewTopic()];
    private KafkaClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        Array.Sort(_topics, StringComparer.Ordinal);
        _client = await fixture.ConnectAsync();
        var request = new CreateTopicsRequest
        {
            Topics =
            [
                .. _topics.Select(topic => new CreateTopicsRequest.CreatableTopic
                {
                    Name = topic,
                    NumPartitions = 3,
                    ReplicationFactor = 1,
                }),
            ],
        };
        Assert.All((await _client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7)).Topics, topic => Assert.Equal(0, topic.ErrorCode));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(2000, 1)]
    [InlineData(0, 6)]
    public async Task Pages_HaveEveryPartitionOnce(int limit, int pages)
    {
        List<(string, int)> partitions = [];
        Cursor? cursor = null;
        int count = 0;
        do
        {
            DescribeTopicPartitionsResponse page = await AskAsync([_topics[1], _topics[0]], limit, cursor);
            partitions.AddRange(page.Topics.SelectMany(topic => topic.Partitions.Select(one => (topic.Name!, one.PartitionIndex))));
            cursor = page.NextCursor is { } next ? At(next.TopicName, next.PartitionIndex) : null;
            count++;
        }
        while (cursor is not null && count < 10);

        Assert.Equal(_topics.SelectMany(topic => Enumerable.Range(0, 3).Select(i => (topic, i))), partitions);
        Assert.Equal(pages, count);
    }

    [Fact]
    public async Task APartition_HasItsLeaderAndItsReplicas()
    {
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topic = (await AskAsync([_topics[0]], 1, At(_topics[0], 2))).Topics.Single();
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition = topic.Partitions.Single();

        Assert.NotEqual(Guid.Empty, topic.TopicId);
        Assert.Equal((2, 1), (partition.PartitionIndex, partition.LeaderId));
        Assert.Equal([1], partition.ReplicaNodes);
        Assert.Equal([1], partition.IsrNodes);
        Assert.Empty(partition.EligibleLeaderReplicas!);
    }

    [Fact]
    public async Task WithoutNames_AllTopicsAreDescribed()
    {
        DescribeTopicPartitionsResponse page = await AskAsync([], 2000, At(_topics[1], 1));
        Assert.Equal([1, 2], page.Topics.Single(topic => topic.Name == _topics[1]).Partitions.Select(one => one.PartitionIndex));
        Assert.DoesNotContain(page.Topics, topic => topic.Name == _topics[0]);
    }

    [Fact]
    public async Task WhatCannotBeDescribed_IsRefused()
    {
        DescribeTopicPartitionsResponse page = await AskAsync(["nowhere", ""], 2000, null);
        Assert.Equal(
            [("", ErrorCode.InvalidTopicException), ("nowhere", ErrorCode.UnknownTopicOrPartition)],
            page.Topics.Select(topic => (topic.Name!, (ErrorCode)topic.ErrorCode)));
        Assert.Equal(ErrorCode.InvalidRequest, (ErrorCode)(await AskAsync([_topics[0]], 2000, At(_topics[0], -1))).Topics.Single().ErrorCode);
    }

    private static Cursor At(string topic, int partition) => new()
    {
        TopicName = topic,
        PartitionIndex = partition,
    };

    private Task<DescribeTopicPartitionsResponse> AskAsync(string[] topics, int limit, Cursor? cursor)
    {
        var request = new DescribeTopicPartitionsRequest
        {
            Topics = [.. topics.Select(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name })],
            ResponsePartitionLimit = limit,
            Cursor = cursor,
        };
        return _client.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(request, 0);
    }
}
