namespace StreamCoord.Topics;

/// <summary>The names of topics by their identities, without a grain call: for front ends, whose clients name topics so. Safe for concurrent use; it may be a moment behind.</summary>
public interface ITopicNames
{
    /// <summary>The name of a topic, or null.</summary>
    string? FindName(TopicId topicId);

    /// <summary>The identity of a topic, or null.</summary>
    TopicId? FindId(string name);
}
