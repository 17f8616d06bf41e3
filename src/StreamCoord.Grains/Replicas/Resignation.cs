using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>The end of a term whose leader goes of its own accord: waits, with a log that takes no appends any more, for a successor that has everything. Used once.</summary>
internal sealed class Resignation(PartitionReplica replica, LeaderReplica term, ReplicaContext context)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>The successor, and the term that it may follow at once; null when there was none in time, or another leads already.</summary>
    public async Task<(NodeId Successor, LeaderEpoch Epoch)?> RunAsync(TimeSpan patience, NodeId? wanted)
    {
        long untilMs = context.Clock.NowMs + (long)patience.TotalMilliseconds;
        while (context.Clock.NowMs < untilMs)
        {
            (bool isOver, NodeId? successor) = Look(wanted);
            if (isOver)
            {
                return null;
            }
            if (successor is { } node)
            {
                return (node, term.Epoch);
            }
            replica.ContinuePushes();
            await Task.Delay(Interval, context.Clock.Time);
        }
        // Nobody may ever say that these are committed, and the silo's stop waits for whoever waits for that.
        replica.Log.RefuseUncommitted(
            ErrorCode.NotEnoughReplicasAfterAppend, $"Node {context.Self} hands partition {replica.Partition} over, and no other one has all of it. What was sent may be committed later.");
        return null;
    }

    private (bool IsOver, NodeId? Successor) Look(NodeId? wanted)
    {
        (bool isOver, NodeId? successor) = (true, null);
        replica.UnderGate(leader =>
        {
            if (leader != term)
            {
                return;
            }
            isOver = false;
            context.MarkUnreachable(leader);
            if (leader.FindSuccessor(wanted) is { } found)
            {
                leader.Resign();
                successor = found.Node;
            }
        });
        return (isOver, successor);
    }
}
