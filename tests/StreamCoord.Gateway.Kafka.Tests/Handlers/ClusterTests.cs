using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>What admin clients ask of the cluster as a whole.</summary>
public sealed class ClusterTests(SiloFixture fixture) : TopicTests(fixture)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task DescribeQuorum_TellsOfTheLogOfTheMetadata_WhichGrows(short version)
    {
        long before = await EndAsync();
        await Client.CreateTopicAsync($"{TopicName}-{version}");
        Assert.True(await EndAsync() > before);

        async Task<long> EndAsync()
        {
            DescribeQuorumResponse.PartitionData log = await DescribeAsync("__cluster_metadata", 0, version);
            DescribeQuorumResponse.ReplicaState voter = Assert.Single(log.CurrentVoters);
            Assert.Equal((0, 1, 1), (log.ErrorCode, log.LeaderId, voter.ReplicaId));
            Assert.True(log.LeaderEpoch > 0 && log.HighWatermark <= voter.LogEndOffset);
            return voter.LogEndOffset;
        }
    }

    [Theory]
    [InlineData("__cluster_metadata", 1)]
    [InlineData("other", 0)]
    public async Task DescribeQuorum_OfAnythingElse_IsRefused(string topic, int partition) =>
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, (await DescribeAsync(topic, partition, 2)).ErrorCode);

    [Theory]
    [InlineData("transaction.version", 2, ErrorCode.None)]
    [InlineData("group.version", 1, ErrorCode.None)]
    [InlineData("transaction.version", 1, ErrorCode.InvalidUpdateVersion)]
    [InlineData("group.version", 0, ErrorCode.InvalidUpdateVersion)]
    [InlineData("metadata.version", 1, ErrorCode.InvalidUpdateVersion)]
    public async Task UpdateFeatures_LeavesThemWhereTheyAre(string feature, short level, ErrorCode expected)
    {
        var request = new UpdateFeaturesRequest { FeatureUpdates = [new UpdateFeaturesRequest.FeatureUpdateKey { Feature = feature, MaxVersionLevel = level }] };
        UpdateFeaturesResponse each = await Client.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(request, 1);
        Assert.Equal((0, expected), (each.ErrorCode, (ErrorCode)each.Results.Single().ErrorCode));
        UpdateFeaturesResponse all = await Client.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(request, 2);
        Assert.Equal(expected, (ErrorCode)all.ErrorCode);
    }

    private async Task<DescribeQuorumResponse.PartitionData> DescribeAsync(string topic, int partition, short version)
    {
        var request = new DescribeQuorumRequest
        {
            Topics = [new DescribeQuorumRequest.TopicData { TopicName = topic, Partitions = [new DescribeQuorumRequest.PartitionData { PartitionIndex = partition }] }],
        };
        return (await Client.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(request, version)).Topics.Single().Partitions.Single();
    }
}
