using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// All copies of partitions on this silo. It finds them by the leadership table, has them take over what they are first in line for, and hand over what they lead when the silo stops. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>
/// A partition of which this node has the only copy is led by it from the start: a term of each is claimed at the silo's start, many at a time, and its log is opened when it is used. Everything else is looked at
/// several times a second.
/// </remarks>
internal sealed partial class ReplicaRegistry : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SuccessorInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(2);

    /// <summary>So many partitions at least are handed over at a time, and all of them in about so many rounds.</summary>
    private const int HandOverMin = 16;
    private const int HandOverRounds = 10;

    /// <summary>How often what was heard is looked at before the table is read.</summary>
    private const int LooksPerRead = 20;

    private readonly ConcurrentDictionary<(TopicId, int), PartitionReplica> _replicas = new();
    private readonly ConcurrentDictionary<(TopicId, int), LeaderEpoch> _unused = new();
    private readonly ConcurrentDictionary<PartitionReplica, bool> _takingOver = new();
    private readonly ConcurrentDictionary<(TopicId, int), bool> _dropping = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _handingOver = new();
    private readonly CancellationTokenSource _left = new();
    private readonly LogManager _logs;
    private readonly InternalTopics _internalTopics;
    private readonly LeadershipMoves _moves;
    private readonly ReplicaContext _context;
    private readonly ILogger<ReplicaRegistry> _logger;
    private Task _ticking = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;

    public ReplicaRegistry(LogManager logs, InternalTopics internalTopics, LeadershipMoves moves, ReplicaContext context, ILogger<ReplicaRegistry> logger)
    {
        (_logs, _internalTopics, _moves, _context, _logger) = (logs, internalTopics, moves, context, logger);
        context.Rows.Changed += Adopt;
        context.Metrics.Observe(Self, context.Rows, context.Nodes, () => All);
    }

    /// <summary>The copies that there are.</summary>
    public IEnumerable<PartitionReplica> All => _replicas.Values;

    /// <summary>This node.</summary>
    public NodeId Self => _context.Self.Node;

    /// <summary>Cancelled when this silo has left the others: nobody pushes to its copies any more, and what others lead now goes on without it. Never in a silo that is alone.</summary>
    public CancellationToken Left => _left.Token;

    private bool IsAlone => _context.Nodes is LoneNode;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ReplicaRegistry), ServiceLifecycleStage.RuntimeStorageServices, _ => LoadAsync());
        lifecycle.Subscribe(nameof(ReplicaRegistry), ServiceLifecycleStage.RuntimeGrainServices + 1, _ => StartAsync(), _ => StopAsync());
        lifecycle.Subscribe(nameof(LeaveAsync), ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ => LeaveAsync());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _handingOver.Dispose();
        _left.Dispose();
        foreach (PartitionReplica replica in _replicas.Values)
        {
            replica.Dispose();
        }
    }

    /// <summary>This silo's copy of a partition; null when it is to have none, or there is no such partition.</summary>
    public async ValueTask<PartitionReplica?> FindAsync(TopicId topicId, int partition)
    {
        await _loaded.Task;
        return _replicas.TryGetValue((topicId, partition), out PartitionReplica? replica) ? replica
            : await FindRowAsync(topicId, partition) is { } row && row.Keeps(_context.Self) ? Ensure(row) : null;
    }

    /// <summary>The same without asking anybody, for a partition that others have copies of too.</summary>
    public PartitionReplica? TryFind(TopicId topicId, int partition) => _replicas.GetValueOrDefault((topicId, partition));

    /// <summary>A partition's row, asked for if it is not known; null when there is none.</summary>
    public async ValueTask<LeadershipRow?> FindRowAsync(TopicId topicId, int partition)
    {
        if (_context.Rows.Find(topicId, partition) is null && await _context.Table.FindAsync(topicId, partition) is { } row)
        {
            _context.Rows.See(row);
        }
        return _context.Rows.Find(topicId, partition);
    }

    /// <summary>Has others lead what this silo leads, some partitions after the others, so that none is without a leader for long. From then on it takes over nothing more.</summary>
    public async Task HandOverAsync()
    {
        await _handingOver.CancelAsync();
        PartitionReplica[] leading = [.. _replicas.Values.Where(replica => replica.IsLeading && !replica.Row.HasOneCopy)];
        // The tree comes last: others are led by what it says.
        var left = new Queue<PartitionReplica>(leading.OrderBy(replica => replica.TopicId == InternalTopics.ZNodesId));
        int count = Math.Max(HandOverMin, leading.Length / HandOverRounds);
        while (left.Count > 0)
        {
            // Where nobody leads in time, as when all silos stop at once, the rest does not wait for each other.
            bool isFollowed = await HandOverAsync([.. Enumerable.Range(0, Math.Min(count, left.Count)).Select(_ => left.Dequeue())]);
            count = isFollowed ? count : left.Count;
        }
    }

    /// <summary>A row was heard of from another silo.</summary>
    public void Hear(LeadershipRow row) => _context.Rows.See(row);

    /// <summary>Rows were made or changed by this silo: the others are told.</summary>
    public Task TellAsync(IReadOnlyList<LeadershipRow> rows)
    {
        foreach (LeadershipRow row in rows)
        {
            _context.Rows.See(row);
        }
        return _context.Peers.AnnounceAsync(rows);
    }

    /// <summary>Carries out a push on the copy that it is for; null when that is not here.</summary>
    public async Task<PushReply?> PushAsync(ReplicaPush push) =>
        await FindAsync(push.TopicId, push.Partition) is { } replica ? await replica.FollowAsync(push.Push, push.Data) : null;

    /// <summary>The leader of a term has given it up for this silo's copy.</summary>
    public void Released(ReleasedTerm term)
    {
        if (_replicas.TryGetValue((term.TopicId, term.Partition), out PartitionReplica? replica))
        {
            replica.Released(term.Epoch);
            BeginTakeOver(replica);
        }
    }

    /// <summary>Has another node lead a partition that this one leads. True when it does.</summary>
    public async Task<bool> MoveLeadershipAsync(TopicId topicId, int partition, NodeId wanted) =>
        await FindAsync(topicId, partition) is { } replica && await _moves.TryMoveAsync(replica, wanted);

    /// <summary>The topic is deleted: the partition's copies go, on all silos that live.</summary>
    public Task DeleteEverywhereAsync(TopicId topicId, int partition) => Task.WhenAll(DeleteAsync(topicId, partition), _context.Peers.DeleteAsync(topicId, partition));

    /// <summary>The topic is deleted: the partition's copy on this silo goes.</summary>
    public Task DeleteAsync(TopicId topicId, int partition)
    {
        _context.Rows.Forget(topicId, partition);
        _unused.TryRemove((topicId, partition), out _);
        if (_replicas.TryRemove((topicId, partition), out PartitionReplica? replica))
        {
            _ = replica.RemoveAsync();
        }
        return _logs.RemoveAsync(topicId, partition);
    }

    private async Task LoadAsync()
    {
        IReadOnlyList<LeadershipRow> rows = await _context.Table.ReadAllAsync();
        Claim[] claims = [.. rows.Where(row => row.HasOneCopy && row.InSync.Contains(_context.Self)).Select(row => new Claim(row.TopicId, row.Partition, row.LeaderEpoch, row.LeaderEpoch.Next()))];
        Dictionary<(TopicId, int), LeadershipRow> claimed = (await _context.Table.ClaimAsync(claims, _context.Self)).ToDictionary(row => (row.TopicId, row.Partition));
        foreach (LeadershipRow row in claimed.Values)
        {
            _unused[(row.TopicId, row.Partition)] = row.LeaderEpoch;
        }
        _loaded.TrySetResult();
        foreach (LeadershipRow row in rows)
        {
            _context.Rows.See(claimed.GetValueOrDefault((row.TopicId, row.Partition), row));
        }
        _ = Task.Run(() => SweepAsync(rows.Where(row => !row.Keeps(_context.Self))));
    }

    private Task StartAsync()
    {
        _ticking = Task.Run(TickAsync, CancellationToken.None);
        _reading = IsAlone ? Task.CompletedTask : Task.Run(ReadAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync()
    {
        await _handingOver.CancelAsync();
        await _stopping.CancelAsync();
        await Task.WhenAll(_ticking, _reading);
    }

    private void Adopt(LeadershipRow row)
    {
        if (!row.Keeps(_context.Self))
        {
            BeginDrop(row.TopicId, row.Partition);
        }
        else if (_replicas.TryGetValue((row.TopicId, row.Partition), out PartitionReplica? replica))
        {
            replica.See(row);
        }
        else if (!row.HasOneCopy)
        {
            Ensure(row);
        }
    }

    private PartitionReplica Ensure(LeadershipRow row) => _replicas.GetOrAdd((row.TopicId, row.Partition), _ =>
    {
        LeaderEpoch unused = _unused.TryRemove((row.TopicId, row.Partition), out LeaderEpoch claimed) ? claimed : LeaderEpoch.Unknown;
        InternalTopicDefinition? internalTopic = _internalTopics.Find(row.TopicId);
        LogConfig config = internalTopic is null ? LogConfig.Default : LogConfig.From(internalTopic.Configs);
        return new PartitionReplica(row, _logs.Get(row.TopicId, row.Partition, config), unused, _context, internalTopic is not null);
    });

    private async Task TickAsync()
    {
        // The tree comes first: the silo serves when it is there, and the rest is led meanwhile.
        if (TryFind(InternalTopics.ZNodesId, 0) is { } tree && tree.IsTakeOverDue())
        {
            BeginTakeOver(tree);
        }
        using var timer = new PeriodicTimer(TickInterval, _context.Clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach ((_, PartitionReplica replica) in _replicas)
                {
                    replica.Tick();
                    if (replica.IsTakeOverDue())
                    {
                        BeginTakeOver(replica);
                    }
                    else if (!_handingOver.IsCancellationRequested && replica.IsLeading && (!replica.Row.IsToLead(Self) || replica.Impairment.IsMoveDue()))
                    {
                        // Its copy is moved away, or the disk below it is not what it should be.
                        _ = _moves.TryMoveAsync(replica, wanted: null);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void BeginTakeOver(PartitionReplica replica)
    {
        if (!_handingOver.IsCancellationRequested && !replica.Row.HasOneCopy && _takingOver.TryAdd(replica, true))
        {
            _ = Task.Run(() => TakeOverAsync(replica));
        }
    }

    private async Task TakeOverAsync(PartitionReplica replica)
    {
        try
        {
            await replica.LeadAsync(isNewTerm: false);
        }
        catch (LeadershipRefusedException)
        {
            // Another was faster, or the last leader has time left: the next look says what is to be done.
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotTakenOver(_logger, replica.TopicId, replica.Partition, failure.Message);
            await Task.Delay(RetryDelay, _context.Clock.Time);
        }
        finally
        {
            _takingOver.TryRemove(replica, out _);
        }
    }

    private void BeginDrop(TopicId topicId, int partition)
    {
        if (_replicas.ContainsKey((topicId, partition)) && _dropping.TryAdd((topicId, partition), true))
        {
            _ = Task.Run(() => DropAsync(topicId, partition));
        }
    }

    // Copies that were moved away while this silo was down.
    private async Task SweepAsync(IEnumerable<LeadershipRow> elsewhere)
    {
        foreach (LeadershipRow row in elsewhere)
        {
            try
            {
                if (await _logs.ExistsAsync(row.TopicId, row.Partition) && _dropping.TryAdd((row.TopicId, row.Partition), true))
                {
                    await DropAsync(row.TopicId, row.Partition);
                }
            }
            catch (IOException failure)
            {
                // The files stay until the next start.
                LogNotFound(_logger, row.Partition, row.TopicId, failure.Message);
            }
        }
    }

    // First the copy answers no push any more, then the table is asked whether it has been called back meanwhile, and then it goes: what it has acknowledged and the table does not know of would be lost.
    private async Task DropAsync(TopicId topicId, int partition)
    {
        if (_replicas.TryGetValue((topicId, partition), out PartitionReplica? replica))
        {
            await replica.RemoveAsync();
        }
        while (!_stopping.IsCancellationRequested && !await TryDropAsync(topicId, partition))
        {
            await Task.Delay(RetryDelay, _context.Clock.Time);
        }
        _unused.TryRemove((topicId, partition), out _);
        _replicas.TryRemove((topicId, partition), out _);
        _dropping.TryRemove((topicId, partition), out _);
        if (_context.Rows.Find(topicId, partition) is { } row)
        {
            Adopt(row);
        }
    }

    private async Task<bool> TryDropAsync(TopicId topicId, int partition)
    {
        try
        {
            if (await _context.Table.FindAsync(topicId, partition) is { } row)
            {
                _context.Rows.See(row);
                if (!row.Keeps(_context.Self))
                {
                    await _logs.RemoveAsync(topicId, partition);
                    LogDropped(_logger, partition, topicId, string.Join(", ", row.Replicas));
                }
            }
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotDropped(_logger, partition, topicId, failure.Message);
            return false;
        }
    }

    private async Task ReadAsync()
    {
        using var timer = new PeriodicTimer(ReadInterval, _context.Clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TryReadOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task TryReadOnceAsync()
    {
        try
        {
            TopicId[] known = [.. _context.Rows.Topics];
            IReadOnlyList<LeadershipRow> rows = await _context.Table.ReadAllAsync();
            foreach (LeadershipRow row in rows)
            {
                _context.Rows.See(row);
            }
            foreach (TopicId gone in known.Except(rows.Select(row => row.TopicId)))
            {
                Forget(gone);
            }
        }
#pragma warning disable CA1031 // The table may be out of reach for long: what is led goes on, and the next look comes.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnread(_logger, failure.Message);
        }
    }

    // The files stay: whoever has deleted the topic says so, and a table that lost its rows does not.
    private void Forget(TopicId topicId)
    {
        _context.Rows.Forget(topicId);
        foreach (((TopicId, int) key, PartitionReplica replica) in _replicas.Where(pair => pair.Key.Item1 == topicId).ToArray())
        {
            _ = replica.RemoveAsync();
            _replicas.TryRemove(key, out _);
        }
    }

    private async Task LeaveAsync()
    {
        await HandOverAsync();
        if (!IsAlone)
        {
            await _left.CancelAsync();
        }
    }

    private async Task<bool> HandOverAsync(PartitionReplica[] replicas)
    {
        var released = new ConcurrentBag<(NodeId Successor, ReleasedTerm Term)>();
        await Task.WhenAll(replicas.Select(async replica =>
        {
            if (await replica.ResignAsync(HandOverPatience) is { } resigned)
            {
                released.Add((resigned.Successor, new ReleasedTerm(replica.TopicId, replica.Partition, resigned.Epoch)));
            }
        }));
        await Task.WhenAll(released.GroupBy(each => each.Successor).Select(group => TryReleaseAsync(group.Key, [.. group.Select(each => each.Term)])));
        return await SeeSuccessorsAsync([.. released.Select(each => each.Term)]);
    }

    // The others tell only those that stay, so the table is asked as well. What this silo has to do yet, such as writing to the tree, needs to know who leads now: else it waits for itself until the process is ended.
    private async Task<bool> SeeSuccessorsAsync(ReleasedTerm[] terms)
    {
        long untilMs = _context.Clock.NowMs + (long)HandOverPatience.TotalMilliseconds;
        for (int look = 1; terms.Any(term => _context.Rows.Find(term.TopicId, term.Partition) is { } row && row.LeaderEpoch <= term.Epoch); look++)
        {
            if (_context.Clock.NowMs >= untilMs)
            {
                return false;
            }
            await Task.Delay(SuccessorInterval, _context.Clock.Time);
            if (look % LooksPerRead == 0)
            {
                await TryReadOnceAsync();
            }
        }
        return true;
    }

    private async Task TryReleaseAsync(NodeId successor, ReleasedTerm[] terms)
    {
        try
        {
            await _context.Peers.ReleaseAsync(successor, terms);
            LogHandedOver(_logger, terms.Length, successor);
        }
#pragma warning disable CA1031 // Then it waits for its lease to run out, as after any other end.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotHandedOver(_logger, terms.Length, successor, failure.Message);
        }
    }

    [LoggerMessage(2831, LogLevel.Warning, "Partition {Partition} of topic {TopicId} could not be taken over; it is tried again: {Reason}")]
    private static partial void LogNotTakenOver(ILogger logger, TopicId topicId, int partition, string reason);

    [LoggerMessage(2835, LogLevel.Information, "This silo's copy of partition {Partition} of topic {TopicId} is deleted: it is kept by {Nodes} now.")]
    private static partial void LogDropped(ILogger logger, int partition, TopicId topicId, string nodes);

    [LoggerMessage(2836, LogLevel.Warning, "This silo's copy of partition {Partition} of topic {TopicId} is kept elsewhere now and could not be deleted; it is tried again: {Reason}")]
    private static partial void LogNotDropped(ILogger logger, int partition, TopicId topicId, string reason);

    [LoggerMessage(2837, LogLevel.Warning, "Whether this silo has an old copy of partition {Partition} of topic {TopicId}, which others keep, could not be seen: {Reason}")]
    private static partial void LogNotFound(ILogger logger, int partition, TopicId topicId, string reason);

    [LoggerMessage(2832, LogLevel.Warning, "The leadership table could not be read; what this silo leads it goes on leading: {Reason}")]
    private static partial void LogUnread(ILogger logger, string reason);

    [LoggerMessage(2833, LogLevel.Information, "{Count} partitions were handed over to node {Node}.")]
    private static partial void LogHandedOver(ILogger logger, int count, NodeId node);

    [LoggerMessage(2834, LogLevel.Warning, "{Count} partitions could not be handed over to node {Node}, which takes them over by itself: {Reason}")]
    private static partial void LogNotHandedOver(ILogger logger, int count, NodeId node, string reason);
}
