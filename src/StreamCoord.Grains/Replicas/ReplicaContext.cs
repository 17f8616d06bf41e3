using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>What all copies of this silo share. Immutable.</summary>
/// <param name="Self">This node, and the life of its data directory.</param>
/// <param name="Nodes">Who lives.</param>
/// <param name="Rows">What is known of who leads.</param>
/// <param name="Table">Who decides about that.</param>
/// <param name="Changes">The way to change in-sync sets.</param>
/// <param name="Claims">The way to claim a term.</param>
/// <param name="Peers">The way to the other copies.</param>
/// <param name="Clock">The monotonic clock.</param>
/// <param name="CatchUp">How much those that are not in sync are sent.</param>
/// <param name="Metrics">Their numbers.</param>
/// <param name="Logger">Where changes of roles are reported.</param>
internal sealed record ReplicaContext(
    ReplicaId Self, IClusterNodes Nodes, Leaderships Rows, ILeadershipTable Table, InSyncChanges Changes, ClaimLane Claims, IPeers Peers, MonotonicClock Clock, CatchUpLimit CatchUp, ReplicaMetrics Metrics, ILogger<PartitionReplica> Logger)
{
    /// <summary>True when whoever led last, or is to lead first, may be starting together with this node: it is the first to claim what it led, and two that claim the same only cost each other time.</summary>
    public bool AwaitsLeader(LeadershipRow row) => (row.LeaderNode ?? row.Replicas[0]) != Self.Node && !Nodes.IsSettled;

    /// <summary>Tells a term's rules which nodes do not live. With the copy's gate held.</summary>
    public void MarkUnreachable(LeaderReplica leader)
    {
        foreach (NodeId node in leader.Peers)
        {
            if (Nodes.Find(node) is null)
            {
                leader.Unreachable(node);
            }
        }
    }
}

/// <summary>Milliseconds since some moment before the silo started; never goes back. Safe for concurrent use.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Now.</summary>
    public long NowMs => (long)time.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>The clock that it is read from.</summary>
    public TimeProvider Time => time;
}
