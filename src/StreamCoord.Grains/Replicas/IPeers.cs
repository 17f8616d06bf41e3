using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Replicas;

/// <summary>The way from this silo's copies to those of the others. Safe for concurrent use.</summary>
internal interface IPeers
{
    /// <summary>Sends a push; its end is told to the copy that made it.</summary>
    void Send(NodeId node, OutgoingPush push);

    /// <summary>Tells the other silos of changed rows. Who does not hear of them reads them before long.</summary>
    Task AnnounceAsync(IReadOnlyList<LeadershipRow> rows);

    /// <summary>Tells the other silos that a partition's topic is deleted.</summary>
    Task DeleteAsync(TopicId topicId, int partition);

    /// <summary>Tells a node that it may take over. No effect when it does not live.</summary>
    Task ReleaseAsync(NodeId node, IReadOnlyList<ReleasedTerm> terms);

    /// <summary>Has a node give the leadership of a partition to another. False when it does not lead, or could not.</summary>
    Task<bool> MoveLeadershipAsync(NodeId leader, TopicId topicId, int partition, NodeId wanted);
}
