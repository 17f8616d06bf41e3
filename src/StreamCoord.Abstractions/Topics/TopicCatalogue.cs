namespace StreamCoord.Topics;

/// <summary>The list of all topics, spread over the catalogue's shards.</summary>
public static class TopicCatalogue
{
    /// <summary>How many shards there are: enough that one shard's state stays small with 100,000 topics.</summary>
    public const int ShardCount = 64;

    /// <summary>The shard that keeps a name, and every name that collides with it.</summary>
    public static ITopicCatalogueGrain ShardOf(IGrainFactory grains, string name)
    {
        uint hash = 2166136261;
        foreach (char c in TopicName.Fold(name))
        {
            hash = (hash ^ c) * 16777619;
        }
        return grains.GetGrain<ITopicCatalogueGrain>((int)(hash % ShardCount));
    }

    /// <summary>Every topic that exists, by name in ordinal order.</summary>
    public static async Task<IReadOnlyList<TopicDescription>> ListAsync(IGrainFactory grains)
    {
        IReadOnlyList<string>[] shards = await Task.WhenAll(
            Enumerable.Range(0, ShardCount).Select(shard => grains.GetGrain<ITopicCatalogueGrain>(shard).List()));
        TopicReply[] replies = await Task.WhenAll(
            shards.SelectMany(names => names).Select(name => grains.GetGrain<ITopicGrain>(name).Describe()));
        return [.. replies.Select(reply => reply.Topic).OfType<TopicDescription>().OrderBy(topic => topic.Name, StringComparer.Ordinal)];
    }
}
