using System.Collections.Concurrent;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Replicas;
using StreamCoord.Replication;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// Begins to move the copies of partitions, and their leadership, to other nodes; the partition's leader carries it on. What is to be is durable in the leadership table when a call ends. Keeps nothing; safe for
/// concurrent use.
/// </summary>
internal sealed class ReplicaMoves(ILeadershipTable table, Leaderships rows, IPeers peers, IClusterNodes nodes)
{
    private const int WritesMax = 8;

    /// <summary>See <see cref="ITopicGrain.MoveReplicas"/>. Null when it is begun.</summary>
    public async Task<TopicReply?> MoveAsync(TopicId topicId, int partition, IReadOnlyList<NodeId>? target, bool keepsFactor)
    {
        (TopicReply? refusal, LeadershipRow? begun) = await WriteAsync(topicId, partition, target, keepsFactor);
        if (begun is not null)
        {
            await TellAsync([begun]);
        }
        return refusal;
    }

    /// <summary>The same for many partitions. What was refused first; null when all is begun, but for partitions that are no more.</summary>
    public async Task<TopicReply?> MoveAllAsync(IReadOnlyList<(LeadershipRow Row, IReadOnlyList<NodeId> Target)> moves)
    {
        ConcurrentBag<TopicReply> refusals = [];
        ConcurrentBag<LeadershipRow> begun = [];
        await Parallel.ForEachAsync(moves, new ParallelOptions { MaxDegreeOfParallelism = WritesMax }, async (move, _) =>
        {
            (TopicReply? refusal, LeadershipRow? row) = await WriteAsync(move.Row.TopicId, move.Row.Partition, move.Target, keepsFactor: false);
            if (row is not null)
            {
                begun.Add(row);
            }
            if (refusal is { Error: not ErrorCode.UnknownTopicOrPartition })
            {
                refusals.Add(refusal);
            }
        });
        await TellAsync([.. begun]);
        return refusals.FirstOrDefault();
    }

    /// <summary>See <see cref="ITopicGrain.ElectPreferredLeader"/>. Null when the preferred replica leads now.</summary>
    public async Task<TopicReply?> ElectPreferredAsync(TopicId topicId, int partition)
    {
        if (await table.FindAsync(topicId, partition) is not { } row)
        {
            return TopicReply.Refused(ErrorCode.UnknownTopicOrPartition, $"There is no partition {partition}.");
        }
        NodeId preferred = row.Replicas[0];
        if ((row.LeaderNode ?? row.InSync.Members[0].Node) == preferred && nodes.Find(preferred) is not null)
        {
            return TopicReply.Refused(ErrorCode.ElectionNotNeeded, "The preferred replica of the partition leads it.");
        }
        bool canLead = row.InSync.Members.Any(member => member.Node == preferred && nodes.Alive.Contains(member));
        return canLead && row.LeaderNode is { } leader && await peers.MoveLeadershipAsync(leader, topicId, partition, preferred)
            ? null
            : TopicReply.Refused(ErrorCode.PreferredLeaderNotAvailable, $"The preferred replica, broker {preferred}, {(canLead ? "could not take over in time" : "does not live or is not in sync")}.");
    }

    private async Task<(TopicReply? Refusal, LeadershipRow? Begun)> WriteAsync(TopicId topicId, int partition, IReadOnlyList<NodeId>? target, bool keepsFactor)
    {
        while (await table.FindAsync(topicId, partition) is { } row)
        {
            if (Check(row, target, keepsFactor) is { } refusal)
            {
                return (refusal, null);
            }
            Assignment wanted = target is null ? row.Assignment.CallOff() : row.Assignment.MoveTo(target);
            if (await table.AssignAsync(topicId, partition, row.InSync.Version, wanted) is { } found && found.InSync.Version == row.InSync.Version + 1 && found.Assignment.IsSameAs(wanted))
            {
                return (null, found);
            }
        }
        return (TopicReply.Refused(ErrorCode.UnknownTopicOrPartition, $"There is no partition {partition}."), null);
    }

    private Task TellAsync(IReadOnlyList<LeadershipRow> changed)
    {
        changed.ToList().ForEach(row => rows.See(row));
        return peers.AnnounceAsync(changed);
    }

    private TopicReply? Check(LeadershipRow row, IReadOnlyList<NodeId>? target, bool keepsFactor)
    {
        if (target is null)
        {
            return row.Assignment.IsMoving ? null : TopicReply.Refused(ErrorCode.NoReassignmentInProgress, "Nothing is being moved that could be called off.");
        }
        // Who has a copy already need not live: it may be the reason for the move that another does not.
        NodeId[] usable = [.. nodes.Alive.Select(replica => replica.Node).Union(row.Assignment.Origin)];
        return TopicRules.CheckAssignments([target], usable, target.Count)
            ?? (keepsFactor && target.Count != row.Assignment.Target.Count
                ? TopicReply.Refused(ErrorCode.InvalidReplicationFactor, $"The partition has {row.Assignment.Target.Count} replicas, and {target.Count} would be another number, which the request does not allow.")
                : CheckTree(row, target));
    }

    // Every silo reads the tree from a copy of its own.
    private TopicReply? CheckTree(LeadershipRow row, IReadOnlyList<NodeId> target)
    {
        NodeId[] bereft = row.TopicId == InternalTopics.ZNodesId ? [.. row.Replicas.Except(target).Where(node => nodes.Find(node) is not null)] : [];
        return bereft.Length == 0
            ? null
            : TopicReply.Refused(ErrorCode.InvalidReplicaAssignment, $"Broker {string.Join(", ", bereft)} lives, and needs its copy of the znode tree. Stop it first.");
    }
}
