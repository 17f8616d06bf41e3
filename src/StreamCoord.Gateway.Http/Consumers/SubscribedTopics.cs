using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>Finds which topics a consumer subscribes to, and how many partitions topics have. Safe for concurrent use.</summary>
internal sealed class SubscribedTopics(IGrainFactory grains, ConsumerState state, Func<string, bool> isReadable)
{
    /// <summary>The names: those that the consumer gives, whether they exist or not, or those that its pattern matches. In ordinal order.</summary>
    public async Task<IReadOnlyList<string>> FindAsync()
    {
        IEnumerable<string> names = state.Pattern is { } pattern
            ? (await grains.GetGrain<ITopicCatalogueGrain>(0).List()).Where(topic => pattern.Matches(topic) && isReadable(topic))
            : state.Topics;
        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>How many partitions topics have; those that do not exist are left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountPartitionsAsync(IReadOnlyList<string> topics)
    {
        TopicReply[] replies = await Task.WhenAll(topics.Where(topic => TopicName.Check(topic) is null).Select(topic => grains.GetGrain<ITopicGrain>(topic).Describe()));
        return replies.Select(reply => reply.Topic).OfType<TopicDescription>().ToDictionary(topic => topic.Name, topic => topic.Partitions.Count);
    }
}
