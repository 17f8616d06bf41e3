using StreamCoord.Grains.Replicas;
using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What follows from a topic's configuration and its row.</summary>
public sealed class ReplicationRulesTests
{
    [Fact]
    public void EverySiloReadsTheTree_AndNoOtherTopic()
    {
        Assert.True(ReplicationRules.Make(LogConfig.Default, Row(InternalTopics.ZNodesId), isInternal: true).IsReadEverywhere);
        Assert.False(ReplicationRules.Make(LogConfig.Default, Row(TopicId.NewId()), isInternal: false).IsReadEverywhere);
    }

    private static LeadershipRow Row(TopicId topicId) => new(topicId, 0, Assignment.Of([new(1), new(2), new(3)]), new LeaderEpoch(1), new NodeId(1), new InSyncSet([new(new(1), default)], 0));
}
