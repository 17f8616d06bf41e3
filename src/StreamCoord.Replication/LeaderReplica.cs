namespace StreamCoord.Replication;

/// <summary>
/// One term of a partition's leader: what to push to whom, how far the log is committed, whether it may serve, and who is in sync. Pure: the shell writes the log, carries
/// pushes, asks the table, and brings the time.
/// </summary>
/// <remarks>
/// <para>
/// For one thread at a time. The term's row is in the table before this is made, and the log takes no batch of an older term any more. Always <see cref="HighWatermark"/> &lt;= what every
/// replica that is in sync, or may be by now, has acknowledged; it never falls; and every later leader has everything below.
/// </para>
/// <para>
/// A change of the in-sync set whose outcome is not known counts both ways: who may be in sync must acknowledge, and who may not be is not counted towards <c>min.insync.replicas</c>. It
/// is asked for again until the row's version has moved, for a statement that was given up may still arrive.
/// </para>
/// </remarks>
public sealed class LeaderReplica
{
    private readonly IReplicaLog _log;
    private readonly Dictionary<NodeId, PeerProgress> _peers = [];
    private readonly Offset _epochStart;
    private ReplicationOptions _options;
    private NodeId[] _replicas;
    private bool _isResigned;
    private bool _hasReaders;
    private long _numbersUsed;

    /// <summary>Begins a term.</summary>
    /// <param name="self">The leader.</param>
    /// <param name="epoch">Its term.</param>
    /// <param name="log">Its copy.</param>
    /// <param name="inSync">The in-sync set that the claim has found; the leader is in it.</param>
    /// <param name="replicas">Every node that is to have a copy; learners (<see cref="ReplicationOptions.InSyncMax"/>) last.</param>
    /// <param name="options">How the partition is replicated.</param>
    /// <param name="nowMs">The monotonic clock.</param>
    public LeaderReplica(
        ReplicaId self, LeaderEpoch epoch, IReplicaLog log, InSyncSet inSync, IEnumerable<NodeId> replicas, ReplicationOptions options, long nowMs)
    {
        Invariant.Holds(inSync.Contains(self));
        (Self, Epoch, _log, InSync, _options) = (self, epoch, log, inSync, options);
        _epochStart = log.EndOffset;
        _replicas = [.. replicas];
        FindPeers(nowMs);
        Advance();
    }

    /// <summary>Who leads.</summary>
    public ReplicaId Self { get; }

    /// <summary>The term.</summary>
    public LeaderEpoch Epoch { get; }

    /// <summary>The in-sync set as the table had it when it was last heard of.</summary>
    public InSyncSet InSync { get; private set; }

    /// <summary>A change of it that was asked for and of which nothing is known yet; null for none.</summary>
    public InSyncChange? Pending { get; private set; }

    /// <summary>Everything below is committed; <see cref="Offset.None"/> until the term knows what the ones before it committed.</summary>
    public Offset HighWatermark { get; private set; } = Offset.None;

    /// <summary>True when a replica that is read from is to hear at once of what is committed.</summary>
    public bool HasNewsForReaders => (_hasReaders || _options.IsReadEverywhere) && !IsDeposed && _peers.Values.Any(OwesCommits);

    /// <summary>True when somebody has a newer term: this one is over.</summary>
    public bool IsDeposed { get; private set; }

    /// <summary>The nodes that are to be pushed to.</summary>
    public IReadOnlyCollection<NodeId> Peers => _peers.Keys;

    /// <summary>How many records the replica furthest behind has yet to acknowledge, of those that have answered in this term.</summary>
    public long FollowerLagMax =>
        _peers.Values.Where(peer => peer.AcknowledgedOffset != Offset.None).Select(peer => Math.Max(_log.EndOffset - peer.AcknowledgedOffset, 0)).DefaultIfEmpty().Max();

    /// <summary>The other replicas that are in sync and answer, and up to where each has everything.</summary>
    public IEnumerable<(NodeId Node, Offset AcknowledgedOffset)> InSyncPeers =>
        InSync.Members.Where(member => ProgressOf(member) is { IsUnreachable: false }).Select(member => (member.Node, ProgressOf(member)!.AcknowledgedOffset));

    // Who may be in sync.
    private IEnumerable<ReplicaId> Possible => Pending is { } pending ? InSync.Members.Union(pending.Members) : InSync.Members;

    // Who is in sync, whatever has become of a change.
    private int CertainCount => Pending is { } pending ? InSync.Members.Intersect(pending.Members).Count() : InSync.Members.Count;

    /// <summary>Other nodes are to have copies: who is new is pushed to, and who is not wanted any more leaves the in-sync set before it is forgotten.</summary>
    public void ReplicateTo(IEnumerable<NodeId> replicas, long nowMs)
    {
        _replicas = [.. replicas];
        FindPeers(nowMs);
    }

    /// <summary>Other options hold from now on.</summary>
    public void Configure(ReplicationOptions options)
    {
        _options = options;
        Advance();
    }

    /// <summary>Consumers read from a replica: for the rest of the term it hears at once of what is committed, and not with the next records or sign of life.</summary>
    public void ReadFrom(NodeId node)
    {
        if (_peers.TryGetValue(node, out PeerProgress? peer))
        {
            (peer.HasReaders, _hasReaders) = (true, true);
        }
    }

    /// <summary>The log has grown, or more of it is flushed.</summary>
    public void LogChanged() => Advance();

    /// <summary>
    /// True while nobody else can lead: everybody else who may be in sync has answered something that was sent within the lease. Without it the leader answers no read; what it
    /// commits meanwhile is committed all the same, for they were all asked.
    /// </summary>
    public bool HoldsLease(long nowMs) => !IsDeposed && !_isResigned
        && Possible.All(member => member == Self || (ProgressOf(member)?.AnsweredSentMs is { } sentMs && nowMs < sentMs + _options.LeaseMs));

    /// <summary>True for a node that is not in sync, and that nobody waits for.</summary>
    public bool IsCatchingUp(NodeId node) => !Possible.Any(member => member.Node == node);

    /// <summary>The nodes that something is to be pushed to now.</summary>
    public IReadOnlyList<NodeId> FindDue(long nowMs)
    {
        List<NodeId>? due = null;
        foreach ((NodeId node, PeerProgress peer) in _peers)
        {
            if (!IsDeposed && IsDue(peer, nowMs))
            {
                (due ??= []).Add(node);
            }
        }
        return due ?? (IReadOnlyList<NodeId>)[];
    }

    /// <summary>The next push to a node, or null when there is none to be made now. It is under way until it is answered or has failed.</summary>
    public PushPlan? PlanPush(NodeId node, long nowMs)
    {
        if (IsDeposed || !_peers.TryGetValue(node, out PeerProgress? peer) || !IsDue(peer, nowMs))
        {
            return null;
        }
        bool isReset = peer.NextOffset < _log.StartOffset;
        Offset from = isReset ? _log.StartOffset : peer.NextOffset;
        return new PushPlan(node, peer.Begin(nowMs + _options.HeartbeatMs), from, HasBatches: isReset || (!peer.IsProbing && from < _log.EndOffset), isReset);
    }

    /// <summary>Makes the push that was planned.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="batches">What the log has from there on; empty when the plan has no batches.</param>
    /// <param name="nowMs">The monotonic clock, read before the push leaves.</param>
    public Push Send(PushPlan plan, IReadOnlyList<BatchMark> batches, long nowMs)
    {
        if (_peers.TryGetValue(plan.Node, out PeerProgress? peer))
        {
            peer.Sent(batches.Count > 0 ? batches[^1].NextOffset : peer.NextOffset, HighWatermark);
        }
        return new Push
        {
            Epoch = Epoch,
            Number = plan.Number,
            SentAtMs = nowMs,
            From = plan.From,
            EpochBefore = _log.EpochBefore(plan.From),
            IsReset = plan.IsReset,
            Batches = batches,
            HighWatermark = HighWatermark,
            StartOffset = _log.StartOffset,
        };
    }

    /// <summary>A push was not answered, or will not be waited for any longer.</summary>
    public void PushFailed(PushPlan plan, long nowMs)
    {
        if (_peers.TryGetValue(plan.Node, out PeerProgress? peer))
        {
            peer.Failed(plan.Number, plan.From, nowMs + _options.HeartbeatMs / 2);
        }
    }

    /// <summary>A push was answered.</summary>
    public void PushAnswered(PushPlan plan, PushReply reply, long nowMs)
    {
        if (reply.Epoch > Epoch)
        {
            IsDeposed = true;
            return;
        }
        if (reply.Outcome == PushOutcome.Fenced)
        {
            PushFailed(plan, nowMs);
            return;
        }
        // An answer of before the peer was forgotten may tell of a copy that is gone.
        if (!_peers.TryGetValue(plan.Node, out PeerProgress? peer) || plan.Number < peer.FirstNumber)
        {
            return;
        }
        if (reply.Outcome == PushOutcome.Refused)
        {
            peer.Refused(reply, plan.From, _log.EndOffset, nowMs, nowMs + _options.HeartbeatMs / 2);
            return;
        }
        Offset from = reply.Outcome == PushOutcome.Diverged ? Offset.Min(plan.From, _log.EndOf(reply.ResumeEpoch)) : plan.From;
        peer.Answered(reply, from, nowMs);
        peer.NoteEnd(_log.EndOffset, nowMs);
        Advance();
    }

    /// <summary>The cluster has declared a node dead. It is no member any more as soon as the table has heard; if it lives, it comes back.</summary>
    public void Unreachable(NodeId node)
    {
        if (_peers.TryGetValue(node, out PeerProgress? peer))
        {
            peer.IsUnreachable = true;
        }
    }

    /// <summary>The change of the in-sync set to ask the table for, or null. The same one until <see cref="TableSays"/> has settled it.</summary>
    public InSyncChange? ProposeChange(long nowMs)
    {
        if (IsDeposed || _isResigned || Pending is not null)
        {
            return IsDeposed ? null : Pending;
        }
        if (!IsChangeDue(nowMs))
        {
            return null;
        }
        List<ReplicaId> members = [.. InSync.Members.Where(member => member == Self || Keeps(member, nowMs))];
        members.AddRange(_peers.Values.Where(peer => Joins(peer, nowMs)).Select(peer => peer.Replica!.Value).Where(replica => !members.Contains(replica)));
        return Pending = new InSyncChange(Epoch, InSync.Version, members);
    }

    /// <summary>What the partition's row was found to be.</summary>
    public void TableSays(LeaderEpoch epoch, InSyncSet inSync)
    {
        if (epoch != Epoch)
        {
            IsDeposed |= epoch > Epoch;
            return;
        }
        if (inSync.Version > InSync.Version)
        {
            bool isUnbroken = inSync.Version == InSync.Version + 1;
            (InSync, Pending) = (inSync, null);
            if (!isUnbroken)
            {
                AskOutsidersAnew();
            }
            ForgetStrangers();
            Advance();
        }
    }

    /// <summary>Stops serving for good, so that another can lead at once: whoever is told so may claim the next term without waiting.</summary>
    public void Resign() => _isResigned = true;

    /// <summary>The member of the in-sync set that has everything, is to keep its copy and could lead next; null for none.</summary>
    /// <param name="wanted">The only one that will do; null for any.</param>
    public ReplicaId? FindSuccessor(NodeId? wanted = null)
    {
        foreach (ReplicaId member in Pending is null ? InSync.Members : [])
        {
            bool isCandidate = member != Self && !IsLearner(member.Node) && (wanted is null || wanted == member.Node);
            if (isCandidate && ProgressOf(member) is { IsUnreachable: false } peer && peer.AcknowledgedOffset == _log.EndOffset)
            {
                return member;
            }
        }
        return null;
    }

    private bool IsDue(PeerProgress peer, long nowMs)
    {
        bool hasNews = !peer.IsProbing && peer.NextOffset < _log.EndOffset && peer.UnderWayCount < _options.PushesUnderWayMax;
        return hasNews || OwesCommits(peer) || (peer.UnderWayCount == 0 && nowMs >= peer.DueMs);
    }

    private bool OwesCommits(PeerProgress peer) =>
        (peer.HasReaders || _options.IsReadEverywhere) && peer is { IsProbing: false, UnderWayCount: 0 } && peer.SentHighWatermark < HighWatermark;

    private void FindPeers(long nowMs)
    {
        foreach (NodeId node in _replicas.Concat(Possible.Select(member => member.Node)).Where(node => node != Self.Node))
        {
            _peers.TryAdd(node, new PeerProgress(_log.EndOffset, nowMs, _numbersUsed));
        }
        ForgetStrangers();
    }

    // Between the row that was known and this one they may have been sent away, have deleted their copies, and been called back.
    private void AskOutsidersAnew()
    {
        foreach ((NodeId node, PeerProgress peer) in _peers.Where(pair => InSync.Members.All(member => member.Node != pair.Key)).ToArray())
        {
            _peers[node] = new PeerProgress(_log.EndOffset, peer.DueMs, peer.NextNumber);
        }
    }

    private void ForgetStrangers()
    {
        foreach (NodeId node in _peers.Keys.Where(node => !_replicas.Contains(node) && Possible.All(member => member.Node != node)).ToArray())
        {
            _numbersUsed = Math.Max(_numbersUsed, _peers[node].NextNumber);
            _peers.Remove(node);
        }
    }

    // Asked several times a second for every partition, and nearly always in vain: so it makes no garbage.
    private bool IsChangeDue(long nowMs)
    {
        for (int i = 0; i < InSync.Members.Count; i++)
        {
            if (InSync.Members[i] != Self && !Keeps(InSync.Members[i], nowMs))
            {
                return true;
            }
        }
        foreach (PeerProgress peer in _peers.Values)
        {
            if (Joins(peer, nowMs) && !InSync.Contains(peer.Replica!.Value))
            {
                return true;
            }
        }
        return false;
    }

    private bool IsLearner(NodeId node) => Array.IndexOf(_replicas, node) is var place && (place < 0 || place >= _options.InSyncMax);

    private bool Keeps(ReplicaId member, long nowMs) => !IsLearner(member.Node) && _peers.TryGetValue(member.Node, out PeerProgress? peer)
        && (peer.Replica ?? member) == member && peer is { IsUnreachable: false, IsImpaired: false } && nowMs - peer.CaughtUpMs <= _options.LagMsMax;

    // What the terms before committed ends where this one begins, or before.
    private bool Joins(PeerProgress peer, long nowMs) => peer is { Replica: { } replica } && !IsLearner(replica.Node) && peer is { IsUnreachable: false, IsImpaired: false }
        && peer.AcknowledgedOffset >= Offset.Max(HighWatermark, _epochStart) && nowMs - peer.CaughtUpMs <= _options.LagMsMax;

    private PeerProgress? ProgressOf(ReplicaId member) => _peers.TryGetValue(member.Node, out PeerProgress? peer) && peer.Replica == member ? peer : null;

    private void Advance()
    {
        if (CertainCount < _options.InSyncMin)
        {
            return;
        }
        Offset committed = _options.Counting(_log);
        foreach (ReplicaId member in Possible)
        {
            if (member != Self)
            {
                committed = Offset.Min(committed, ProgressOf(member)?.AcknowledgedOffset ?? Offset.None);
            }
        }
        if (committed >= _epochStart)
        {
            HighWatermark = Offset.Max(HighWatermark, committed);
        }
    }
}
