namespace StreamCoord.Groups.Offsets;

/// <summary>
/// The committed offsets of one group. Not safe for concurrent use. It holds what is durable: a commit is put here when its record is, in the order of the log. Offsets of open transactions have their
/// place beside these, by producer, until their marker comes.
/// </summary>
/// <remarks>Of two commits for a partition the one counts whose record lies later in the log, whenever its transaction was decided: what compaction keeps.</remarks>
public sealed class GroupOffsets
{
    private readonly Dictionary<TopicPartition, Stored> _committed = [];
    private readonly Dictionary<long, Dictionary<TopicPartition, Stored>> _pending = [];

    /// <summary>How many partitions have an offset.</summary>
    public int Count => _committed.Count;

    /// <summary>True when an open transaction has committed something.</summary>
    public bool HasPending => _pending.Count > 0;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<KeyValuePair<TopicPartition, CommittedOffset>> All => _committed.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Committed));

    /// <summary>The partitions that have an offset, or will when an open transaction is committed; some may come twice.</summary>
    public IEnumerable<TopicPartition> Partitions => _committed.Keys.Concat(_pending.Values.SelectMany(offsets => offsets.Keys));

    /// <summary>The partitions of a topic for which something was committed up to a time, milliseconds since 1970; also by an open transaction.</summary>
    public IReadOnlyList<TopicPartition> OfTopic(string topic, long committedUntilMs) =>
    [
        .. _committed.Concat(_pending.Values.SelectMany(offsets => offsets))
            .Where(pair => pair.Key.Topic == topic && pair.Value.Committed.CommitTimestampMs <= committedUntilMs)
            .Select(pair => pair.Key)
            .Distinct(),
    ];

    /// <summary>The offset of a partition, or null.</summary>
    public CommittedOffset? Find(TopicPartition partition) => _committed.GetValueOrDefault(partition)?.Committed;

    /// <summary>Whether an open transaction has committed an offset for the partition.</summary>
    public bool IsUnstable(TopicPartition partition) => _pending.Values.Any(offsets => offsets.ContainsKey(partition));

    /// <summary>Takes over a durable offset; null for a durable deletion.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="committed">The offset.</param>
    /// <param name="at">Where its record lies in the log.</param>
    public void Apply(TopicPartition partition, CommittedOffset? committed, Offset at)
    {
        if (committed is not null)
        {
            _committed[partition] = new Stored(committed, at);
            return;
        }
        _committed.Remove(partition);
        foreach ((long producerId, Dictionary<TopicPartition, Stored> offsets) in _pending)
        {
            if (offsets.Remove(partition) && offsets.Count == 0)
            {
                _pending.Remove(producerId);
            }
        }
    }

    /// <summary>Takes over a durable offset that counts only when the producer's transaction is committed.</summary>
    public void ApplyPending(long producerId, TopicPartition partition, CommittedOffset committed, Offset at)
    {
        if (!_pending.TryGetValue(producerId, out Dictionary<TopicPartition, Stored>? offsets))
        {
            _pending.Add(producerId, offsets = []);
        }
        offsets[partition] = new Stored(committed, at);
    }

    /// <summary>The producer's transaction has ended.</summary>
    public void EndTransaction(long producerId, bool isCommit)
    {
        if (!_pending.Remove(producerId, out Dictionary<TopicPartition, Stored>? offsets) || !isCommit)
        {
            return;
        }
        foreach ((TopicPartition partition, Stored stored) in offsets)
        {
            if (!_committed.TryGetValue(partition, out Stored? present) || present.At < stored.At)
            {
                _committed[partition] = stored;
            }
        }
    }

    /// <summary>True when there may be something for <see cref="FindExpired"/>, whatever became of the group.</summary>
    public bool MayExpire(long retentionMs, long nowMs) =>
        _committed.Values.Any(stored => stored.Committed.ExpireTimestampMs is { } expireMs ? expireMs <= nowMs : nowMs - stored.Committed.CommitTimestampMs >= retentionMs);

    /// <summary>
    /// The partitions whose offsets are to be forgotten, counted from the time that the group <see cref="IGroup.ExpiryBaseMs">says</see>. What an open transaction commits anew stays.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="retentionMs">How long they stay.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public IReadOnlyList<TopicPartition> FindExpired(IGroup group, long retentionMs, long nowMs)
    {
        return [.. _committed.Where(pair => IsExpired(pair.Key, pair.Value.Committed) && !IsUnstable(pair.Key)).Select(pair => pair.Key)];

        bool IsExpired(TopicPartition partition, CommittedOffset committed) =>
            group.ExpiryBaseMs(partition.Topic, committed.CommitTimestampMs) is { } baseMs
            && (committed.ExpireTimestampMs is { } expireMs ? expireMs <= nowMs : nowMs - baseMs >= retentionMs);
    }

    /// <summary>An offset and where its record lies in the log.</summary>
    private sealed record Stored(CommittedOffset Committed, Offset At);
}
