using StreamCoord.Grains.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>What the service itself asks of a topic. The topic grain implements it; key: the topic's name. Each call does no harm when it comes late or twice.</summary>
[Alias("StreamCoord.ITopicKeeperGrain")]
internal interface ITopicKeeperGrain : IGrainWithStringKey
{
    /// <summary>Takes over the configuration that somebody has written to the topic's znode by a transaction, and has the partitions take it over.</summary>
    [Alias("FollowConfig")]
    Task<TopicReply> FollowConfig(Zxid written);

    /// <summary>Carries out a deletion that was asked for through the tree; takes the request away when there is no such topic.</summary>
    [Alias("FinishDeletion")]
    Task<TopicReply> FinishDeletion();

    /// <summary>
    /// Writes the states of partitions into the tree: of one, or those that are not there yet (<see cref="Publication.Missing"/>), or all (<see cref="Publication.All"/>). Returns the
    /// topic, or <see cref="ErrorCode.UnknownTopicOrPartition"/>.
    /// </summary>
    [Alias("Publish")]
    Task<TopicReply> Publish(ControllerTerm term, int partition);
}
