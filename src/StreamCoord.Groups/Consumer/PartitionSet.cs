using System.Collections;

namespace StreamCoord.Groups.Consumer;

/// <summary>Partitions, each once, in order. Immutable; two with the same partitions are equal.</summary>
public sealed class PartitionSet : IReadOnlyList<TopicIdPartition>, IEquatable<PartitionSet>
{
    private readonly TopicIdPartition[] _sorted;

    private PartitionSet(TopicIdPartition[] sorted) => _sorted = sorted;

    /// <summary>No partitions.</summary>
    public static PartitionSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _sorted.Length;

    /// <inheritdoc/>
    public TopicIdPartition this[int index] => _sorted[index];

    /// <summary>The partitions, whatever their order; one that comes twice is taken once.</summary>
    public static PartitionSet From(IEnumerable<TopicIdPartition> partitions)
    {
        TopicIdPartition[] sorted = [.. partitions.Distinct()];
        Array.Sort(sorted);
        return Of(sorted);
    }

    /// <summary>The partitions as messages carry them.</summary>
    public static PartitionSet From(IEnumerable<TopicPartitions> topics) =>
        From(topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicIdPartition(topic.TopicId, partition))));

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(TopicIdPartition partition) => Array.BinarySearch(_sorted, partition) >= 0;

    /// <summary>Whether none of these is missing in <paramref name="other"/>.</summary>
    public bool IsSubsetOf(PartitionSet other) => Array.TrueForAll(_sorted, other.Contains);

    /// <summary>Whether any is in both.</summary>
    public bool Overlaps(PartitionSet other) => Array.Exists(_sorted, other.Contains);

    /// <summary>Those that are in both.</summary>
    public PartitionSet Intersect(PartitionSet other) => Where(other.Contains);

    /// <summary>Those that are not in <paramref name="other"/>.</summary>
    public PartitionSet Except(PartitionSet other) => Where(partition => !other.Contains(partition));

    /// <summary>Those that are in either.</summary>
    public PartitionSet Union(PartitionSet other) => Count == 0 ? other : other.Count == 0 ? this : From(_sorted.Concat(other._sorted));

    /// <summary>Those that fulfil a condition.</summary>
    public PartitionSet Where(Predicate<TopicIdPartition> condition)
    {
        TopicIdPartition[] left = Array.FindAll(_sorted, condition);
        return left.Length == _sorted.Length ? this : Of(left);
    }

    /// <summary>The partitions as messages carry them: one element a topic.</summary>
    public IReadOnlyList<TopicPartitions> ToTopics()
    {
        List<TopicPartitions> topics = [];
        for (int from = 0, to = 0; from < _sorted.Length; from = to)
        {
            TopicId topicId = _sorted[from].TopicId;
            while (to < _sorted.Length && _sorted[to].TopicId == topicId)
            {
                to++;
            }
            topics.Add(new TopicPartitions(topicId, [.. _sorted[from..to].Select(each => each.Partition)]));
        }
        return topics;
    }

    /// <inheritdoc/>
    public bool Equals(PartitionSet? other) => other is not null && (ReferenceEquals(this, other) || _sorted.AsSpan().SequenceEqual(other._sorted));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _sorted[0], _sorted[^1]);

    /// <inheritdoc/>
    public IEnumerator<TopicIdPartition> GetEnumerator() => ((IEnumerable<TopicIdPartition>)_sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _sorted.GetEnumerator();

    private static PartitionSet Of(TopicIdPartition[] sorted) => sorted.Length == 0 ? Empty : new PartitionSet(sorted);
}
