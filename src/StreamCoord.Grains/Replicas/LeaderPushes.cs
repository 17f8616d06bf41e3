using System.Collections.Concurrent;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Makes the pushes of a leading copy: one after another to each node, as its rules plan them, with what the log has. Safe for concurrent use.
/// </summary>
internal sealed class LeaderPushes(PartitionReplica replica, ReplicaContext context)
{
    /// <summary>What one push carries at most, but for a single larger batch.</summary>
    private const int PushBytesMax = 256 * 1_024;

    private readonly ConcurrentDictionary<NodeId, bool> _running = new();
    private CommitTimer _commitTimer;
    private int _moves;
    private int _news;

    /// <summary>The log has grown or is flushed further. Returns at once.</summary>
    public void LogMoved()
    {
        // Several moves that come while the first is waiting for its thread are one.
        if (Interlocked.Exchange(ref _moves, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.HearMoves(), this, preferLocal: false);
        }
    }

    /// <summary>Makes the pushes to every node that are due.</summary>
    public void ContinueAll() => ContinueAll(static _ => { });

    /// <summary>Makes the pushes to a node that are due.</summary>
    public void Continue(NodeId node)
    {
        if (_running.TryAdd(node, true))
        {
            _ = RunAsync(node);
        }
    }

    /// <summary>The rules may have found that more is committed. With the copy's gate held.</summary>
    public void Settled(LeaderReplica leader)
    {
        if (_commitTimer.TryEnd(leader) is { } written)
        {
            context.Metrics.Committed(context.Clock.Time.GetElapsedTime(written));
        }
        if (leader.HasNewsForReaders && Interlocked.Exchange(ref _news, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.TellReaders(), this, preferLocal: false);
        }
    }

    private void TellReaders()
    {
        Interlocked.Exchange(ref _news, 0);
        ContinueAll();
    }

    private void HearMoves()
    {
        Interlocked.Exchange(ref _moves, 0);
        ContinueAll(leader => _commitTimer.Begin(leader, replica.Log.EndOffset, context.Clock.Time.GetTimestamp()));
    }

    private void ContinueAll(Action<LeaderReplica> first)
    {
        IReadOnlyList<NodeId> due = [];
        replica.UnderGate(leader =>
        {
            first(leader);
            due = leader.FindDue(context.Clock.NowMs);
        });
        for (int i = 0; i < due.Count; i++)
        {
            Continue(due[i]);
        }
    }

    private async Task RunAsync(NodeId node)
    {
        while (true)
        {
            (LeaderReplica? term, PushPlan? plan) = (null, null);
            replica.UnderGate(leader =>
            {
                (term, plan) = (leader, leader.PlanPush(node, context.Clock.NowMs));
                if (plan is null)
                {
                    // Here and not later: whoever has news has told of them before, or comes after this.
                    _running.TryRemove(node, out _);
                }
            });
            if (term is null)
            {
                _running.TryRemove(node, out _);
            }
            if (term is null || plan is null)
            {
                return;
            }
            int sentBytes = await MakeAsync(term, plan);
            await context.CatchUp.PayAsync(sentBytes, () => IsCatchingUp(node));
        }
    }

    private bool IsCatchingUp(NodeId node)
    {
        bool isCatchingUp = false;
        replica.UnderGate(leader => isCatchingUp = leader.IsCatchingUp(node));
        return isCatchingUp;
    }

    /// <summary>Sends a push; returns how many bytes of batches it has, when its receiver is one who catches up.</summary>
    private async Task<int> MakeAsync(LeaderReplica term, PushPlan plan)
    {
        ReplicaRead read = plan.HasBatches ? await TryReadAsync(plan.From) : new ReplicaRead(RecordData.Empty, []);
        bool isReadable = read.Error == ErrorCode.None && (read.Batches.Count > 0 || !plan.HasBatches || plan.IsReset);
        OutgoingPush? outgoing = null;
        int owedBytes = 0;
        replica.UnderGate(leader =>
        {
            if (leader != term)
            {
                return;
            }
            if (isReadable)
            {
                outgoing = new OutgoingPush(replica, term, plan, term.Send(plan, read.Batches, context.Clock.NowMs), read.Data);
                owedBytes = term.IsCatchingUp(plan.Node) ? outgoing.SizeBytes : 0;
            }
            else
            {
                term.PushFailed(plan, context.Clock.NowMs);
            }
        });
        if (outgoing is not null)
        {
            context.Metrics.Sent(outgoing.SizeBytes);
            context.Peers.Send(plan.Node, outgoing);
        }
        else
        {
            read.Data.Dispose();
        }
        return owedBytes;
    }

    private async Task<ReplicaRead> TryReadAsync(Offset from)
    {
        try
        {
            return await replica.Log.ReadForReplicaAsync(from, PushBytesMax);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            return new ReplicaRead(RecordData.Empty, []);
        }
    }
}
