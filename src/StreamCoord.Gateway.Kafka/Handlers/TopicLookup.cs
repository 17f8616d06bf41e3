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
            : ReadAsync(() => grains.GetGrain<ITopicGrain>(name).Describe());
    }

    /// <summary>Asks about a topic; where nobody answers, clients ask again.</summary>
    public static Task<TopicReply> ReadAsync(Func<Task<TopicReply>> call) => CallAsync(call, ErrorCode.LeaderNotAvailable);

    /// <summary>Changes a topic; where nobody answers, it may be changed all the same.</summary>
    public static Task<TopicReply> ChangeAsync(Func<Task<TopicReply>> call) => CallAsync(call, ErrorCode.RequestTimedOut);

    /// <summary>Whether a topic has a partition of that number.</summary>
    public static bool HasPartition(TopicDescription topic, int partition) => partition >= 0 && partition < topic.Partitions.Count;

    private static async Task<TopicReply> CallAsync(Func<Task<TopicReply>> call, ErrorCode unanswered)
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return TopicReply.Refused(unanswered, $"The part of the cluster that keeps the topic could not be reached: {failure.Message}");
        }
    }
}
