using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Finds topics by what a client calls them, which may be anything.</summary>
internal static class TopicLookup
{
    /// <summary>The topic, or why there is none.</summary>
    public static Task<TopicReply> FindAsync(IGrainFactory grains, string name)
    {
        return TopicName.Check(name) is { } illegal
            ? Task.FromResult(TopicReply.Refused(ErrorCode.InvalidTopicException, illegal))
            : grains.GetGrain<ITopicGrain>(name).Describe();
    }

    /// <summary>Whether a topic has a partition of that number.</summary>
    public static bool HasPartition(TopicDescription topic, int partition) => partition >= 0 && partition < topic.Partitions.Count;
}
