using StreamCoord.Brokers;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Replicas;

/// <summary>Which node leads a partition of a topic that the service keeps for itself, as this silo has heard: where a coordinator is. Safe for concurrent use.</summary>
internal sealed class Leaders(Leaderships rows, InternalTopics topics, ClusterIdentity identity) : ICoordinators
{
    /// <summary>The node that leads, or this one when nobody does yet: it says so then.</summary>
    public NodeId Of(TopicId topicId, int partition)
    {
        LeadershipRow? row = rows.Find(topicId, partition);
        return row?.LeaderNode ?? row?.InSync.Members[0].Node ?? identity.NodeId;
    }

    /// <summary>The same for a coordinator's partition, by the name of its topic and what it coordinates.</summary>
    /// <param name="topicName">The coordinator's topic.</param>
    /// <param name="id">A group id or a transactional id.</param>
    public NodeId OfCoordinator(string topicName, string id) =>
        topics.Find(topicName) is { } topic ? Of(topic.TopicId, CoordinatorTopics.PartitionOf(id, topic.PartitionCount)) : identity.NodeId;

    /// <inheritdoc/>
    NodeId ICoordinators.Find(string topicName, string id) => OfCoordinator(topicName, id);
}
