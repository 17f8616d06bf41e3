using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.FetchResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>
/// What a client fetches again and again (KIP-227): it tells only what has changed, and is told only of partitions where something has. Safe for concurrent use.
/// </summary>
/// <remarks>Partitions that gave records go to the end, so that the others come first the next time. Always <see cref="Epoch"/> &gt; 0: after the largest number comes 1.</remarks>
internal sealed class FetchSession
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<(string Topic, Guid TopicId, int Partition), Told> _partitions = [];
    private int _epoch = 1;

    /// <summary>Begins a session with what a full fetch has asked for.</summary>
    public FetchSession(int id, bool usesTopicIds, IEnumerable<FetchTarget> targets, long nowMs)
    {
        (Id, UsesTopicIds, CreatedMs, LastUsedMs) = (id, usesTopicIds, nowMs, nowMs);
        foreach (FetchTarget target in targets)
        {
            _partitions[KeyOf(target)] = new Told(target);
        }
    }

    public int Id { get; }

    /// <summary>Whether topics go by their identities, as from version 13 of the request on.</summary>
    public bool UsesTopicIds { get; }

    /// <summary>When it began, milliseconds of the clock.</summary>
    public long CreatedMs { get; }

    /// <summary>When it was last asked for anything, milliseconds of the clock.</summary>
    public long LastUsedMs { get; private set; }

    /// <summary>How many partitions it has.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _partitions.Count;
            }
        }
    }

    /// <summary>The epoch that the next request must have.</summary>
    public int Epoch
    {
        get
        {
            lock (_gate)
            {
                return _epoch;
            }
        }
    }

    /// <summary>Takes over what a request changes, and returns what is to be read for it; null when the request's epoch is not the next one.</summary>
    /// <param name="epoch">The request's epoch.</param>
    /// <param name="changed">The partitions that it names.</param>
    /// <param name="forgotten">Those that it names as not wanted any more.</param>
    /// <param name="nowMs">Milliseconds of the clock.</param>
    public IReadOnlyList<FetchTarget>? TryUpdate(int epoch, IEnumerable<FetchTarget> changed, IEnumerable<(string Topic, Guid TopicId, int Partition)> forgotten, long nowMs)
    {
        lock (_gate)
        {
            if (epoch != _epoch)
            {
                return null;
            }
            _epoch = _epoch == int.MaxValue ? 1 : _epoch + 1;
            LastUsedMs = nowMs;
            foreach (FetchTarget target in changed)
            {
                (string, Guid, int) key = KeyOf(target);
                if (_partitions.TryGetValue(key, out Told? told))
                {
                    told.Target = target;
                }
                else
                {
                    _partitions.Add(key, new Told(target));
                }
            }
            foreach ((string, Guid, int) key in forgotten)
            {
                _partitions.Remove(key);
            }
            return [.. _partitions.Values.Select(told => told.Target)];
        }
    }

    /// <summary>Leaves of the answers those that the client does not know already, and remembers what it is told.</summary>
    public IReadOnlyList<(FetchTarget Target, PartitionAnswer Answer)> Tell(IEnumerable<(FetchTarget Target, PartitionAnswer Answer)> answers)
    {
        lock (_gate)
        {
            List<(FetchTarget, PartitionAnswer)> news = [];
            foreach ((FetchTarget target, PartitionAnswer answer) in answers)
            {
                (string, Guid, int) key = KeyOf(target);
                if (!_partitions.TryGetValue(key, out Told? told))
                {
                    continue;
                }
                if (told.IsNews(answer))
                {
                    news.Add((target, answer));
                }
                if (answer.Records is { Length: > 0 })
                {
                    _partitions.Remove(key);
                    _partitions.Add(key, told);
                }
            }
            return news;
        }
    }

    private static (string Topic, Guid TopicId, int Partition) KeyOf(FetchTarget target) =>
        (target.TopicId == Guid.Empty ? target.Topic ?? "" : "", target.TopicId, target.Wanted.Partition);

    /// <summary>A partition and what the client was last told of it.</summary>
    private sealed class Told(FetchTarget target)
    {
        private const long Never = -2;

        private long _highWatermark = Never;
        private long _lastStable = Never;
        private long _logStart = Never;

        public FetchTarget Target { get; set; } = target;

        public bool IsNews(PartitionAnswer answer)
        {
            bool hasError = answer.ErrorCode != 0;
            bool isNews = hasError || answer.Records is { Length: > 0 } || answer.PreferredReadReplica >= 0 ||
                (answer.HighWatermark, answer.LastStableOffset, answer.LogStartOffset) != (_highWatermark, _lastStable, _logStart);
            // After an error the client knows nothing: whatever comes next is told.
            (_highWatermark, _lastStable, _logStart) = hasError ? (Never, Never, Never) : (answer.HighWatermark, answer.LastStableOffset, answer.LogStartOffset);
            return isNews;
        }
    }
}
