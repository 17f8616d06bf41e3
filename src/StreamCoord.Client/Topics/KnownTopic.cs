using System.Globalization;
using StreamCoord.Topics;

namespace StreamCoord.Client.Topics;

/// <summary>What a producer needs to know of a topic. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PartitionCount">How many partitions it has; it only grows.</param>
/// <param name="BatchBytesMax">The topic's <c>max.message.bytes</c>.</param>
internal sealed record KnownTopic(string Name, int PartitionCount, int BatchBytesMax)
{
    /// <summary>What there is to know.</summary>
    public static KnownTopic Of(TopicDescription topic) => new(
        topic.Name, topic.Partitions.Count, int.Parse(TopicConfigs.Value(topic.Configs, TopicConfigs.MaxMessageBytes), CultureInfo.InvariantCulture));
}
