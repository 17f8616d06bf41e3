namespace StreamCoord.Brokers;

/// <summary>Which node coordinates a group or a transactional id, as this silo has heard. Any node that is asked passes requests on to it. Safe for concurrent use.</summary>
public interface ICoordinators
{
    /// <summary>The node that leads the coordinator's partition, whether it lives or not.</summary>
    /// <param name="topicName">A topic of <see cref="Groups.CoordinatorTopics"/>.</param>
    /// <param name="id">A group id or a transactional id.</param>
    NodeId Find(string topicName, string id);
}
