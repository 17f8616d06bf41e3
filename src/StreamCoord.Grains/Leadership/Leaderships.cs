using System.Collections.Concurrent;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// The rows of the leadership table as this silo has heard of them, for whoever must know at once who leads what. A row may be a moment behind the table; what depends on it being right is decided by the table.
/// One per silo; safe for concurrent use.
/// </summary>
internal sealed class Leaderships
{
    private readonly ConcurrentDictionary<TopicId, TopicRows> _topics = new();

    /// <summary>Raised when a newer row was heard of. Whoever hears it must return at once.</summary>
    public event Action<LeadershipRow>? Changed;

    /// <summary>Every topic of which there are rows.</summary>
    public IEnumerable<TopicId> Topics => _topics.Keys;

    /// <summary>Every row, without a lock: one that changes meanwhile may be the old one or the new one.</summary>
    public IEnumerable<LeadershipRow> All => _topics.SelectMany(topic => topic.Value.Rows).Select(row => row.Value);

    /// <summary>A partition's row, or null.</summary>
    public LeadershipRow? Find(TopicId topicId, int partition) => _topics.TryGetValue(topicId, out TopicRows? topic) ? topic.Rows.GetValueOrDefault(partition) : null;

    /// <summary>The rows of a topic in the order of their partitions.</summary>
    public IReadOnlyList<LeadershipRow> RowsOf(TopicId topicId) =>
        _topics.TryGetValue(topicId, out TopicRows? topic) ? [.. topic.Rows.Values.OrderBy(row => row.Partition)] : [];

    /// <summary>Rises with each row of the topic that is new; 0 for a topic that is not known.</summary>
    public long ChangesOf(TopicId topicId) => _topics.TryGetValue(topicId, out TopicRows? topic) ? topic.Changes : 0;

    /// <summary>Takes note of a row, unless a newer one is known. True when it was news.</summary>
    public bool See(LeadershipRow row)
    {
        TopicRows topic = _topics.GetOrAdd(row.TopicId, _ => new TopicRows());
        lock (topic)
        {
            if (topic.Rows.TryGetValue(row.Partition, out LeadershipRow? known) && known.InSync.Version >= row.InSync.Version)
            {
                return false;
            }
            topic.Rows[row.Partition] = row;
            topic.Changes++;
        }
        Changed?.Invoke(row);
        return true;
    }

    /// <summary>The topic is gone.</summary>
    public void Forget(TopicId topicId) => _topics.TryRemove(topicId, out _);

    /// <summary>The partition is gone.</summary>
    public void Forget(TopicId topicId, int partition)
    {
        if (_topics.TryGetValue(topicId, out TopicRows? topic) && topic.Rows.TryRemove(partition, out _) && topic.Rows.IsEmpty)
        {
            Forget(topicId);
        }
    }

    private sealed class TopicRows
    {
        private long _changes;

        public ConcurrentDictionary<int, LeadershipRow> Rows { get; } = new();

        public long Changes
        {
            get => Interlocked.Read(ref _changes);
            set => Interlocked.Exchange(ref _changes, value);
        }
    }
}
