namespace StreamCoord.Topics;

/// <summary>The list of all topics.</summary>
public static class TopicCatalogue
{
    /// <summary>Every topic that exists, by name in ordinal order.</summary>
    public static async Task<IReadOnlyList<TopicDescription>> ListAsync(IGrainFactory grains)
    {
        IReadOnlyList<string> names = await grains.GetGrain<ITopicCatalogueGrain>(0).List();
        TopicReply[] replies = await Task.WhenAll(names.Select(name => grains.GetGrain<ITopicGrain>(name).Describe()));
        return [.. replies.Select(reply => reply.Topic).OfType<TopicDescription>().OrderBy(topic => topic.Name, StringComparer.Ordinal)];
    }
}
