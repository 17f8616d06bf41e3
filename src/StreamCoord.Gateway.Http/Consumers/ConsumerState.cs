using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// What a consumer of v2 subscribes to, which partitions it has, how far it is in each, and what of that is committed. Owns only that: it asks nobody and waits for nothing. Safe for concurrent
/// use, each call is one step. Always: it has positions of assigned partitions alone, and a position moves by reading only while the assignment stands under which the reading was planned.
/// Methods that return a text have done nothing unless it is null; it says what is wrong.
/// </summary>
internal sealed class ConsumerState
{
    private const string Exclusive = "Subscription to topics, to a pattern and assignment of partitions are mutually exclusive.";

    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, Progress> _partitions = [];
    private List<TopicPartition> _order = [];
    private AssignmentNumber _assignment;
    private bool _isRebalancing;
    private int _turn;
    private SubscriptionKind _kind;
    private IReadOnlyList<string> _topics = [];
    private SubscriptionPattern? _pattern;

    /// <summary>How it comes to its partitions.</summary>
    public SubscriptionKind Kind => Locked(() => _kind);

    /// <summary>The topics it subscribes to by name.</summary>
    public IReadOnlyList<string> Topics => Locked(() => _topics);

    /// <summary>The pattern it subscribes to, or null.</summary>
    public SubscriptionPattern? Pattern => Locked(() => _pattern);

    /// <summary>Its partitions, in the order in which they were given.</summary>
    public IReadOnlyList<TopicPartition> Assignment => Locked<IReadOnlyList<TopicPartition>>(() => [.. _order]);

    /// <summary>Those of its partitions that have no position yet.</summary>
    public IReadOnlyList<TopicPartition> Unpositioned =>
        Locked<IReadOnlyList<TopicPartition>>(() => _isRebalancing ? [] : [.. _order.Where(partition => _partitions[partition].Position is null)]);

    /// <summary>Its positions that are not committed.</summary>
    public IReadOnlyList<OffsetToCommit> Uncommitted => Locked<IReadOnlyList<OffsetToCommit>>(() =>
    [
        .. _order.Where(partition => _partitions[partition] is { Position: { } position } progress && progress.Committed != position)
            .Select(partition => new OffsetToCommit(partition, _partitions[partition].Position!.Value, LeaderEpoch.Unknown, null)),
    ]);

    /// <summary>Subscribes to topics by name.</summary>
    public string? Subscribe(IReadOnlyList<string> topics) => Subscribe(SubscriptionKind.Topics, topics, null);

    /// <summary>Subscribes to topics by a pattern.</summary>
    public string? Subscribe(SubscriptionPattern pattern) => Subscribe(SubscriptionKind.Pattern, [], pattern);

    /// <summary>Has neither a subscription nor partitions any more.</summary>
    public void Unsubscribe() => Locked(() =>
    {
        (_kind, _topics, _pattern, _isRebalancing) = (SubscriptionKind.None, [], null, false);
        Replace([]);
        return 0;
    });

    /// <summary>Takes over partitions by name.</summary>
    public string? Assign(IReadOnlyList<TopicPartition> partitions) => Locked(() =>
    {
        if (_kind is SubscriptionKind.Topics or SubscriptionKind.Pattern)
        {
            return Exclusive;
        }
        _kind = partitions.Count == 0 ? SubscriptionKind.None : SubscriptionKind.Assigned;
        Replace(partitions);
        return null;
    });

    /// <summary>The group rebalances: nothing is read until it has given out the partitions anew.</summary>
    public void BeginRebalance() => Locked(() => _isRebalancing = true);

    /// <summary>The group has given out the partitions. Those that stay keep their positions.</summary>
    public void EndRebalance(IReadOnlyList<TopicPartition> partitions) => Locked(() =>
    {
        _isRebalancing = false;
        Replace(partitions);
        return 0;
    });

    /// <summary>The group has forgotten this consumer: others read its partitions, from where it has committed.</summary>
    public void Lose() => Locked(() =>
    {
        _isRebalancing = true;
        Replace([]);
        return 0;
    });

    /// <summary>Sets where reading begins in a partition that has no position; does nothing to any other.</summary>
    public void Begin(TopicPartition partition, Offset position, bool isCommitted) => Locked(() =>
    {
        if (_partitions.TryGetValue(partition, out Progress progress) && progress.Position is null)
        {
            _partitions[partition] = new Progress(position, isCommitted ? position : null);
        }
        return 0;
    });

    /// <summary>Forgets the position of a plan that leads nowhere, so that it is looked for anew.</summary>
    public void Forget(FetchPlan plan) => Locked(() =>
    {
        if (IsValid(plan))
        {
            _partitions[plan.Partition] = default;
        }
        return 0;
    });

    /// <summary>Goes to other positions, all or none of them.</summary>
    public string? Seek(IReadOnlyList<(TopicPartition Partition, Offset Position)> positions) => Locked(() =>
    {
        foreach ((TopicPartition partition, Offset _) in positions)
        {
            if (!_partitions.ContainsKey(partition))
            {
                return $"No current assignment for partition {partition.Topic}-{partition.Partition}.";
            }
        }
        foreach ((TopicPartition partition, Offset position) in positions)
        {
            _partitions[partition] = _partitions[partition] with { Position = position };
        }
        return null;
    });

    /// <summary>What to read next: every partition with a position, beginning with another one each time. Nothing during a rebalance.</summary>
    public IReadOnlyList<FetchPlan> PlanFetches() => Locked<IReadOnlyList<FetchPlan>>(() =>
    {
        if (_isRebalancing || _order.Count == 0)
        {
            return [];
        }
        int first = _turn++ % _order.Count;
        return
        [
            .. _order.Skip(first).Concat(_order.Take(first)).Where(partition => _partitions[partition].Position is not null)
                .Select(partition => new FetchPlan(partition, _partitions[partition].Position!.Value, _assignment)),
        ];
    });

    /// <summary>Moves behind what was read; false, and nothing is moved, when the plan is void: then what was read is not for this consumer.</summary>
    public bool TryAdvance(FetchPlan plan, Offset next) => Locked(() =>
    {
        bool isValid = IsValid(plan) && next >= plan.From;
        if (isValid)
        {
            _partitions[plan.Partition] = _partitions[plan.Partition] with { Position = next };
        }
        return isValid;
    });

    /// <summary>Takes back a move whose records did not reach the client, if nothing has happened since.</summary>
    public void Retract(FetchPlan plan, Offset next) => Locked(() =>
    {
        if (IsValid(plan with { From = next }))
        {
            _partitions[plan.Partition] = _partitions[plan.Partition] with { Position = plan.From };
        }
        return 0;
    });

    /// <summary>Remembers what is committed.</summary>
    public void Committed(IEnumerable<OffsetToCommit> offsets) => Locked(() =>
    {
        foreach (OffsetToCommit offset in offsets)
        {
            if (_partitions.TryGetValue(offset.Partition, out Progress progress))
            {
                _partitions[offset.Partition] = progress with { Committed = offset.Offset };
            }
        }
        return 0;
    });

    private string? Subscribe(SubscriptionKind kind, IReadOnlyList<string> topics, SubscriptionPattern? pattern) => Locked(() =>
    {
        if (_kind != SubscriptionKind.None && _kind != kind)
        {
            return Exclusive;
        }
        (_kind, _topics, _pattern, _isRebalancing) = (kind, topics, pattern, true);
        return null;
    });

    private void Replace(IReadOnlyList<TopicPartition> partitions)
    {
        _assignment = _assignment.Next();
        _order = [.. partitions.Distinct()];
        foreach (TopicPartition gone in _partitions.Keys.Except(_order).ToList())
        {
            _partitions.Remove(gone);
        }
        foreach (TopicPartition partition in _order)
        {
            _partitions.TryAdd(partition, default);
        }
    }

    private bool IsValid(FetchPlan plan) =>
        !_isRebalancing && plan.Assignment == _assignment && _partitions.TryGetValue(plan.Partition, out Progress progress) && progress.Position == plan.From;

    private T Locked<T>(Func<T> step)
    {
        lock (_gate)
        {
            return step();
        }
    }

    private readonly record struct Progress(Offset? Position, Offset? Committed);
}
