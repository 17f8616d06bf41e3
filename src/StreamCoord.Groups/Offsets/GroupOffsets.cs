namespace StreamCoord.Groups.Offsets;

/// <summary>
/// The committed offsets of one group. Not safe for concurrent use. It holds what is durable: a commit is put here when its record is, in the order of the log. Offsets of open transactions have their
/// place beside these, by producer, until their marker comes.
/// </summary>
public sealed class GroupOffsets
{
    private readonly Dictionary<TopicPartition, CommittedOffset> _committed = [];

    /// <summary>How many partitions have an offset.</summary>
    public int Count => _committed.Count;

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<KeyValuePair<TopicPartition, CommittedOffset>> All => _committed;

    /// <summary>The offset of a partition, or null.</summary>
    public CommittedOffset? Find(TopicPartition partition) => _committed.GetValueOrDefault(partition);

    /// <summary>Takes over a durable offset; null for a durable deletion.</summary>
    public void Apply(TopicPartition partition, CommittedOffset? committed)
    {
        if (committed is null)
        {
            _committed.Remove(partition);
        }
        else
        {
            _committed[partition] = committed;
        }
    }

    /// <summary>True when there may be something for <see cref="FindExpired"/>, whatever became of the group.</summary>
    public bool MayExpire(long retentionMs, long nowMs) =>
        _committed.Values.Any(committed => committed.ExpireTimestampMs is { } expireMs ? expireMs <= nowMs : nowMs - committed.CommitTimestampMs >= retentionMs);

    /// <summary>The partitions whose offsets are to be forgotten, counted from the time that the group <see cref="IGroup.ExpiryBaseMs">says</see>.</summary>
    /// <param name="group">The group.</param>
    /// <param name="retentionMs">How long they stay.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public IReadOnlyList<TopicPartition> FindExpired(IGroup group, long retentionMs, long nowMs)
    {
        return [.. _committed.Where(pair => IsExpired(pair.Key, pair.Value)).Select(pair => pair.Key)];

        bool IsExpired(TopicPartition partition, CommittedOffset committed) =>
            group.ExpiryBaseMs(partition.Topic, committed.CommitTimestampMs) is { } baseMs
            && (committed.ExpireTimestampMs is { } expireMs ? expireMs <= nowMs : nowMs - baseMs >= retentionMs);
    }
}
