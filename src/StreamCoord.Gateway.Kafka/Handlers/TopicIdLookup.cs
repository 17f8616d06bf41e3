using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Finds the names of topics that a client calls by their identities. Safe for concurrent use.</summary>
internal sealed class TopicIdLookup(ITopicNames names, IGrainFactory grains)
{
    /// <summary>The names of those that exist.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> FindNamesAsync(IEnumerable<Guid> topicIds)
    {
        var found = new Dictionary<Guid, string>();
        List<Guid> missing = [];
        foreach (Guid topicId in topicIds.Distinct())
        {
            if (names.FindName(new TopicId(topicId)) is { } name)
            {
                found.Add(topicId, name);
            }
            else
            {
                missing.Add(topicId);
            }
        }
        if (missing.Count > 0)
        {
            // Perhaps it was made a moment ago.
            foreach (TopicDescription topic in (await ListAsync()).Where(topic => missing.Contains(topic.TopicId.Value)))
            {
                found[topic.TopicId.Value] = topic.Name;
            }
        }
        return found;
    }

    private async Task<IReadOnlyList<TopicDescription>> ListAsync()
    {
        try
        {
            return await TopicCatalogue.ListAsync(grains);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            // Clients ask again for what they are told is not known.
            return [];
        }
    }

    /// <summary>The identity of a topic; null when there is none of that name.</summary>
    public Guid? FindId(string name) => names.FindId(name)?.Value;
}
