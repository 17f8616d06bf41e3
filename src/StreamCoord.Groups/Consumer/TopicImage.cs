using System.Collections.Immutable;

namespace StreamCoord.Groups.Consumer;

/// <summary>A topic as groups need to know it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TopicId">Its identity.</param>
/// <param name="PartitionCount">How many partitions it has, 1 or more.</param>
public sealed record ImageTopic(string Name, TopicId TopicId, int PartitionCount);

/// <summary>The topics that there are at one moment. Immutable; a change makes another image with a higher version.</summary>
public sealed class TopicImage
{
    private readonly ImmutableDictionary<string, ImageTopic> _byName;
    private readonly ImmutableDictionary<TopicId, ImageTopic> _byId;

    private TopicImage(long version, ImmutableDictionary<string, ImageTopic> byName, ImmutableDictionary<TopicId, ImageTopic> byId) =>
        (Version, _byName, _byId) = (version, byName, byId);

    /// <summary>No topics.</summary>
    public static TopicImage Empty { get; } = new(0, ImmutableDictionary<string, ImageTopic>.Empty, ImmutableDictionary<TopicId, ImageTopic>.Empty);

    /// <summary>Which image it is: 0 for the first, and one more with every change.</summary>
    public long Version { get; }

    /// <summary>The names of all topics, in no order.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>The topic of that name, or null.</summary>
    public ImageTopic? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The topic of that identity, or null.</summary>
    public ImageTopic? Find(TopicId topicId) => _byId.GetValueOrDefault(topicId);

    /// <summary>The image with a topic as it is now, or without one where <paramref name="topic"/> is null; the same one when that changes nothing.</summary>
    public TopicImage With(string name, ImageTopic? topic)
    {
        ImageTopic? before = Find(name);
        if (before == topic)
        {
            return this;
        }
        ImmutableDictionary<TopicId, ImageTopic> byId = before is null ? _byId : _byId.Remove(before.TopicId);
        return topic is null
            ? new TopicImage(Version + 1, _byName.Remove(name), byId)
            : new TopicImage(Version + 1, _byName.SetItem(name, topic), byId.SetItem(topic.TopicId, topic));
    }

    /// <summary>The partitions by the names of their topics; those of topics that there are not any more are left out.</summary>
    public IEnumerable<TopicPartition> NamesOf(PartitionSet partitions)
    {
        foreach (TopicIdPartition partition in partitions)
        {
            if (Find(partition.TopicId) is { } topic)
            {
                yield return new TopicPartition(topic.Name, partition.Partition);
            }
        }
    }

    /// <summary>The partitions by the identities of their topics; those of topics that there are not are left out.</summary>
    public PartitionSet IdsOf(IEnumerable<TopicPartition> partitions) => PartitionSet.From(
        partitions.Where(partition => Find(partition.Topic) is not null).Select(partition => new TopicIdPartition(Find(partition.Topic)!.TopicId, partition.Partition)));
}
