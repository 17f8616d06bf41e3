namespace StreamCoord.Topics;

/// <summary>
/// What this silo has heard of topics, without a grain call: for front ends, whose clients name topics by their identities, and must be told who leads also while the silo is gone that kept the topic's grain. Safe for
/// concurrent use; it may be a moment behind.
/// </summary>
public interface ITopicNames
{
    /// <summary>The name of a topic, or null.</summary>
    string? FindName(TopicId topicId);

    /// <summary>The identity of a topic, or null.</summary>
    TopicId? FindId(string name);

    /// <summary>The names of all topics, in no order; empty while this silo has not heard of all.</summary>
    IReadOnlyCollection<string> List();

    /// <summary>A topic, without its configuration; null when there is none, or this silo has not heard of all its partitions.</summary>
    TopicDescription? Describe(string name);
}
