using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Moves the leadership of partitions from this silo, which goes on, to others: appends wait while a successor gets the last of them, and it is told to lead. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>When a move fails, this silo leads on. Whoever waits for an append meanwhile is told to ask for the metadata anew, as after any change of leadership.</remarks>
internal sealed partial class LeadershipMoves(ReplicaContext context, ILogger<LeadershipMoves> logger) : IDisposable
{
    /// <summary>So many at a time, or each would take longer than appends can wait.</summary>
    private const int UnderWayMax = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<PartitionReplica, bool> _moving = new();
    private readonly SemaphoreSlim _slots = new(UnderWayMax, UnderWayMax);

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>Has another silo lead. True when it does.</summary>
    /// <param name="replica">The copy that leads.</param>
    /// <param name="wanted">Who is to lead; null for any that is to keep a copy.</param>
    public async Task<bool> TryMoveAsync(PartitionReplica replica, NodeId? wanted)
    {
        if (!HasCandidate(replica, wanted) || !_moving.TryAdd(replica, true))
        {
            return false;
        }
        await _slots.WaitAsync();
        try
        {
            // Nobody could claim the next term while the table is out of reach, and this silo could not either.
            await context.Table.FindAsync(replica.TopicId, replica.Partition);
            // Much may have happened while it waited.
            return HasCandidate(replica, wanted) && await MoveAsync(replica, wanted);
        }
        catch (LeadershipRefusedException)
        {
            return replica.Row.LeaderNode != context.Self.Node;
        }
#pragma warning disable CA1031 // Whatever it is, the copy leads on, and the next append begins its next term if this did not.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotMoved(logger, replica.Partition, replica.TopicId, failure.Message);
            return false;
        }
        finally
        {
            _slots.Release();
            _moving.TryRemove(replica, out _);
        }
    }

    private async Task<bool> MoveAsync(PartitionReplica replica, NodeId? wanted)
    {
        try
        {
            return await replica.ResignAsync(Patience, wanted) is { } resigned && await ReleaseAsync(replica, resigned.Successor, resigned.Epoch);
        }
        finally
        {
            // Whatever became of it: a copy that is still handing over takes no term again.
            await replica.ResumeAsync();
        }
    }

    // Appends are not made to wait for nobody.
    private bool HasCandidate(PartitionReplica replica, NodeId? wanted) => replica.IsLeading && replica.InSync.Members.Any(member =>
        member != context.Self && replica.Row.Replicas.Take(replica.Row.InSyncMax).Contains(member.Node) && (wanted is null || wanted == member.Node) && context.Nodes.Alive.Contains(member));

    private async Task<bool> ReleaseAsync(PartitionReplica replica, NodeId successor, LeaderEpoch epoch)
    {
        await context.Peers.ReleaseAsync(successor, [new ReleasedTerm(replica.TopicId, replica.Partition, epoch)]);
        long untilMs = context.Clock.NowMs + (long)ClaimPatience.TotalMilliseconds;
        while (replica.Row.LeaderEpoch <= epoch && context.Clock.NowMs < untilMs)
        {
            await Task.Delay(Interval, context.Clock.Time);
        }
        return replica.Row.LeaderNode == successor;
    }

    [LoggerMessage(2861, LogLevel.Warning, "The leadership of partition {Partition} of topic {TopicId} could not be moved; this silo leads on: {Reason}")]
    private static partial void LogNotMoved(ILogger logger, int partition, TopicId topicId, string reason);
}
