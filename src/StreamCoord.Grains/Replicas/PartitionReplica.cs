using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// This silo's copy of one partition, in the role that it has: the shell around <see cref="LeaderReplica"/> or <see cref="FollowerReplica"/>, and the log. It changes the log, asks the table, carries pushes and
/// brings the time; what is right is theirs to say.
/// </summary>
/// <remarks>
/// Safe for concurrent use. There is never more than one of the two roles. Changes of the log by a push and take-overs happen one after another (<c>_turn</c>); the rules are asked under a lock that is never held over
/// disk, network or table (<c>_gate</c>). A copy that is the only one commits by itself what its log has, and none of this is on its way.
/// </remarks>
internal sealed partial class PartitionReplica : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ReplicaContext _context;
    private readonly ReplicaLogView _view;
    private readonly LeaderPushes _pushes;
    private readonly TaskCompletionSource _committedKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeadershipRow _row;
    private ReplicationOptions _options;
    private LeaderReplica? _leader;
    private FollowerReplica? _follower;
    private LeaderEpoch _unused;
    private CommitWatch _commits;
    private bool _isRecovered;
    private bool _isChanging;
    private volatile bool _isAlone;
    private volatile bool _isRemoved;
    private volatile bool _isHandedOver;

    /// <summary>A copy that begins to follow.</summary>
    /// <param name="row">The partition's row, read after the process began.</param>
    /// <param name="log">The copy.</param>
    /// <param name="unused">A term that this process has claimed already; <see cref="LeaderEpoch.Unknown"/> for none.</param>
    /// <param name="context">What is around it.</param>
    /// <param name="isInternal">Whether the topic is one that the service keeps for itself.</param>
    public PartitionReplica(LeadershipRow row, PartitionLog log, LeaderEpoch unused, ReplicaContext context, bool isInternal)
    {
        (_row, Log, _unused, _context, IsInternal) = (row, log, unused, context, isInternal);
        _view = new ReplicaLogView(log);
        _pushes = new LeaderPushes(this, context);
        Impairment = new Impairment(log, context);
        _options = ReplicationRules.Make(Log.Config, _row, IsInternal);
        // What it had promised before this process began it does not know, unless it led itself or nobody has.
        long grantedUntilMs = row.LeaderNode is null || row.LeaderNode == Self.Node ? long.MinValue : context.Clock.NowMs + _options.LeaseMs + _options.ClockDriftMs;
        _follower = new FollowerReplica(Self, _view, _options, row.LeaderEpoch, grantedUntilMs);
        if (!row.HasOneCopy)
        {
            log.CommitLimit = Offset.Zero;
        }
    }

    /// <summary>The topic's identity.</summary>
    public TopicId TopicId => _row.TopicId;

    /// <summary>The partition's number.</summary>
    public int Partition => _row.Partition;

    /// <summary>The copy.</summary>
    public PartitionLog Log { get; }

    /// <summary>The newest row that it has heard of.</summary>
    public LeadershipRow Row => Volatile.Read(ref _row);

    /// <summary>True while it leads, whether or not it may serve.</summary>
    public bool IsLeading => Volatile.Read(ref _leader) is not null;

    /// <summary>True when it leads, or the table does not say that somebody else does.</summary>
    public bool MayLead => IsLeading || Row is { } row && (row.LeaderNode is null ? row.InSync.Members[0] == Self : row.LeaderNode == Self.Node);

    /// <summary>True when its topic is deleted, or kept elsewhere.</summary>
    public bool IsRemoved => _isRemoved;

    /// <summary>What is wrong with the disk below it.</summary>
    public Impairment Impairment { get; }

    /// <summary>Ends when it is known how far the log is committed, so that readers of the copy may begin.</summary>
    public Task CommittedKnown => _committedKnown.Task;

    /// <summary>True for a topic that the service keeps for itself.</summary>
    public bool IsInternal { get; }

    /// <summary>True when it follows its topic's configuration, and not the default one.</summary>
    public bool IsConfigured { get; set; }

    /// <summary>Who has a copy that may lead, as far as this one knows.</summary>
    public InSyncSet InSync => Volatile.Read(ref _leader)?.InSync ?? Row.InSync;

    /// <summary>With fewer copies in sync an append that asks for all of them is refused.</summary>
    public int InSyncMin => Math.Max(_options.InSyncMin, Log.Config.MinInsyncReplicas);

    private ReplicaId Self => _context.Self;

    /// <summary>Follows the topic's configuration.</summary>
    public void Configure(LogConfig config)
    {
        Log.Config = config;
        lock (_gate)
        {
            IsConfigured = true;
            AdoptOptions();
            Settle();
        }
    }

    /// <summary>Why nothing may be read here now; null when it may. Reads need the leader's lease, and that it knows what is committed.</summary>
    public (ErrorCode Error, string Message)? CheckRead()
    {
        if (_isAlone)
        {
            return null;
        }
        lock (_gate)
        {
            // Who has just begun says so before it says that nobody has answered yet: it takes records already, and a producer must not hear of one that they are refused and of the next that they are not.
            return _leader is not { } leader ? NotLeading()
                : leader.HighWatermark == Offset.None ? (ErrorCode.OffsetNotAvailable, $"Node {Self} leads partition {Partition} since a moment, and does not know yet how far it is committed. Try again.")
                : !leader.HoldsLease(_context.Clock.NowMs) ? (ErrorCode.NotLeaderOrFollower, $"Node {Self} leads partition {Partition} in epoch {leader.Epoch}, but has not heard from all of its in-sync replicas for a while, so another may lead by now.")
                : null;
        }
    }

    /// <summary>Why nothing may be appended here now; null when it may.</summary>
    public (ErrorCode Error, string Message)? CheckAppend(RequiredAcks acks)
    {
        int inSyncMin = InSyncMin;
        if (_isAlone && (inSyncMin == 1 || acks != RequiredAcks.All))
        {
            return null;
        }
        lock (_gate)
        {
            return _leader is not { } leader ? NotLeading()
                : acks == RequiredAcks.All && leader.InSync.Members.Count < inSyncMin
                    ? (ErrorCode.NotEnoughReplicas, $"Partition {Partition} has {leader.InSync.Members.Count} in-sync replica(s), its topic's min.insync.replicas is {inSyncMin}.")
                    : null;
        }
    }

    /// <summary>
    /// Leads: in the term that it has, or in a new one where it has none, its log has lost its own, or <paramref name="isNewTerm"/> asks for one. The term stands in the table and the log takes appends in it when this ends.
    /// </summary>
    /// <returns>The term, and where the log ended when it began; a new term is given to nobody else.</returns>
    /// <exception cref="LeadershipRefusedException">Another leads or may lead, or this copy is not in sync.</exception>
    public async Task<(LeaderEpoch Epoch, Offset EndOffset)> LeadAsync(bool isNewTerm)
    {
        await _turn.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_isRemoved, this);
            if (IsLeading && Impairment.IsHolding(InSync))
            {
                throw new LeadershipRefusedException($"The disk of node {Self} takes no writes, and another is to lead partition {Partition}. Ask for the metadata anew.");
            }
            if (isNewTerm || !IsLeading || Log.NeedsEpoch)
            {
                // An append that comes while the term is given away would win the next one, and the successor wait for a lease.
                LeaderEpoch written = _isHandedOver ? throw new LeadershipRefusedException($"The leadership of partition {Partition} is being handed over. Ask for the metadata anew.") : await RecoverAsync();
                LeadershipRow won = await ClaimAsync(written, isNewTerm);
                await Log.BeginEpochAsync(won.LeaderEpoch);
                Offset end = Log.EndOffset;
                BeginTerm(won);
                return (won.LeaderEpoch, end);
            }
            return (Log.Epoch, Log.EndOffset);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether its log has anything, committed or not.</summary>
    public async ValueTask<bool> HasRecordsAsync()
    {
        await RecoverAsync();
        return Log.EndOffset > Offset.Zero;
    }

    /// <summary>Carries a push out. Null when it could not be: the leader sends it again.</summary>
    public async Task<PushReply?> FollowAsync(Push push, RecordData data)
    {
        await _turn.WaitAsync();
        try
        {
            await RecoverAsync();
            await (IsLeading || _isRemoved ? Task.CompletedTask : Impairment.HealAsync(Row, push));
            _context.Metrics.Received(data.Bytes.Length);
            return await CarryOutAsync(push, data);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ObjectDisposedException)
        {
            Impairment.PushFailed(Row, failure);
            lock (_gate)
            {
                return Log.IsDiskFailing ? _follower?.AnswerRefused(push) : null;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A push of this copy has been answered, or will not be.</summary>
    public void PushEnded(OutgoingPush push, PushReply? reply)
    {
        lock (_gate)
        {
            if (_leader != push.Term)
            {
                return;
            }
            if (reply is null)
            {
                push.Term.PushFailed(push.Plan, _context.Clock.NowMs);
            }
            else
            {
                push.Term.PushAnswered(push.Plan, reply, _context.Clock.NowMs);
            }
            Settle();
        }
        _pushes.Continue(push.Plan.Node);
    }

    /// <summary>The partition's row is this.</summary>
    public void See(LeadershipRow row)
    {
        lock (_gate)
        {
            if (row.InSync.Version <= _row.InSync.Version)
            {
                return;
            }
            _context.Metrics.RowChanged(Self.Node, _row, row);
            Volatile.Write(ref _row, row);
            AdoptOptions();
            _leader?.TableSays(row.LeaderEpoch, row.InSync);
            _leader?.ReplicateTo(row.Replicas, _context.Clock.NowMs);
            _follower?.Learn(row.LeaderEpoch);
            Settle();
        }
        _pushes.ContinueAll();
    }

    /// <summary>The leader of a term serves no more: this copy need not wait before it takes over.</summary>
    public void Released(LeaderEpoch epoch)
    {
        lock (_gate)
        {
            _follower?.Released(epoch);
        }
    }

    /// <summary>True when this copy is to take over now.</summary>
    public bool IsTakeOverDue()
    {
        LeadershipRow row = Row;
        if (IsLeading || _turn.CurrentCount == 0 || (!row.InSync.Contains(Self)))
        {
            return false;
        }
        bool isBegun = _follower is { IsTakingOver: true } or { IsReleased: true };
        return isBegun || (!_context.AwaitsLeader(row) && TakeOver.IsDue(Self, row.LeaderNode, row.InSync, row.Replicas, _context.Nodes.Alive) && MayBegin());
    }

    /// <summary>What is to be done from time to time while it leads others: signs of life, and changes of the in-sync set.</summary>
    public void Tick()
    {
        if (_isAlone || !IsLeading)
        {
            return;
        }
        Func<Task<LeadershipRow?>>? change;
        lock (_gate)
        {
            if (_leader is not { } leader)
            {
                return;
            }
            _context.MarkUnreachable(leader);
            if (_commits.IsOverdue(leader.HighWatermark, Log.HighWatermark < Log.EndOffset, _context.Clock.NowMs))
            {
                Log.RefuseUncommitted(ErrorCode.RequestTimedOut, $"Partition {Partition} could not be committed on its in-sync replicas in time. It may be later.");
            }
            change = _isChanging ? null : _context.Changes.FindDue(_row, leader, _context.Clock.NowMs);
            _isChanging |= change is not null;
        }
        _pushes.ContinueAll();
        if (change is not null)
        {
            _ = ChangeAsync(change());
        }
    }

    /// <summary>
    /// Stops serving, so that another can lead at once. Ends when a successor has everything; it is told by the caller. Null when there is none: then nothing has changed, unless the log was full of what nobody else has.
    /// </summary>
    /// <param name="patience">How long to wait for a successor.</param>
    /// <param name="wanted">The only one that will do; null for any.</param>
    public async Task<(NodeId Successor, LeaderEpoch Epoch)?> ResignAsync(TimeSpan patience, NodeId? wanted = null)
    {
        LeaderReplica? leader = Volatile.Read(ref _leader);
        if (_isAlone || leader is null || leader.InSync.Members.Count < 2)
        {
            return null;
        }
        _isHandedOver = true;
        Log.EndEpoch(ErrorCode.NotLeaderOrFollower, $"The leadership of partition {Partition} is being handed over. Ask for the metadata anew.");
        return await new Resignation(this, leader, _context).RunAsync(patience, wanted);
    }

    /// <summary>Ends a hand-over of a silo that goes on: this copy follows the successor, or leads on in a new term where there is none.</summary>
    /// <exception cref="LeadershipRefusedException">Another leads or may lead.</exception>
    public async Task ResumeAsync()
    {
        _isHandedOver = false;
        if (Volatile.Read(ref _leader) is { } leader && Row.LeaderEpoch == leader.Epoch)
        {
            await LeadAsync(isNewTerm: true);
        }
    }

    /// <summary>The topic is deleted, or kept elsewhere: from the call on nothing is done here any more, and no push is answered. Ends when what was under way changes the log no more, so that another may have it.</summary>
    public async Task RemoveAsync()
    {
        lock (_gate)
        {
            _isRemoved = true;
            (_leader, _isAlone, Log.Moved) = (null, false, null);
        }
        await _turn.WaitAsync();
        _turn.Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Makes the pushes that are due.</summary>
    internal void ContinuePushes() => _pushes.ContinueAll();

    /// <summary>Runs something of the term's rules under their lock; nothing when the term is over.</summary>
    internal void UnderGate(Action<LeaderReplica> action)
    {
        lock (_gate)
        {
            if (_leader is { } leader)
            {
                action(leader);
                Settle();
            }
        }
    }

    private void AdoptOptions()
    {
        _options = ReplicationRules.Make(Log.Config, _row, IsInternal);
        _leader?.Configure(_options);
        _follower?.Configure(_options);
    }

    private (ErrorCode Error, string Message) NotLeading() =>
        (ErrorCode.NotLeaderOrFollower, $"Partition {Partition} is led by node {Row.LeaderNode?.ToString() ?? "none"}, and this is node {Self}. Ask for the metadata anew.");

    private bool MayBegin()
    {
        lock (_gate)
        {
            return _follower?.MayTakeOver(_context.Clock.NowMs) == true;
        }
    }

    private async ValueTask<LeaderEpoch> RecoverAsync()
    {
        if (!_isRecovered)
        {
            await Log.RecoverAsync();
            _isRecovered = true;
            if (Row.HasOneCopy)
            {
                _committedKnown.TrySetResult();
            }
        }
        return Log.LastEpoch;
    }

    private async Task<LeadershipRow> ClaimAsync(LeaderEpoch written, bool isNewTerm)
    {
        if (TakeUnused(written, isNewTerm) is { } unused)
        {
            return unused;
        }
        while (true)
        {
            LeadershipRow row = Row;
            LeaderEpoch next = NextEpoch(row, written, isNewTerm);
            LeadershipRow? found = await _context.Claims.ClaimAsync(new Claim(TopicId, Partition, row.LeaderEpoch, next));
            if (found is null)
            {
                throw new LeadershipRefusedException($"Partition {Partition} of the topic with id {TopicId} is not in the leadership table: the topic was deleted, or is not created yet.");
            }
            bool isNews = _context.Rows.See(found);
            See(found);
            if (found.LeaderEpoch == next && found.LeaderNode == Self.Node)
            {
                if (isNews)
                {
                    _ = _context.Peers.AnnounceAsync([found]);
                }
                return found;
            }
            LogLostSwap(_context.Logger, Partition, TopicId, row.LeaderEpoch);
            lock (_gate)
            {
                _follower?.EndTakeOver(found.LeaderEpoch);
            }
        }
    }

    private LeadershipRow? TakeUnused(LeaderEpoch written, bool isNewTerm)
    {
        LeaderEpoch unused = _unused;
        _unused = LeaderEpoch.Unknown;
        return unused > written && Row.LeaderEpoch == unused && !(isNewTerm && unused.Value == 0) ? Row : null;
    }

    private LeaderEpoch NextEpoch(LeadershipRow row, LeaderEpoch written, bool isNewTerm)
    {
        if (!row.InSync.Contains(Self))
        {
            throw new LeadershipRefusedException($"Node {Self} cannot lead partition {Partition} of the topic with id {TopicId}: its in-sync set is {string.Join(',', row.InSync.Members)}.");
        }
        lock (_gate)
        {
            LeaderEpoch next;
            if (_leader is { } leader)
            {
                Log.EndEpoch(ErrorCode.NotLeaderOrFollower, $"Partition {Partition} begins a new term. Send it again.");
                next = LeaderEpoch.Max(LeaderEpoch.Max(row.LeaderEpoch, written), leader.Epoch).Next();
            }
            else
            {
                bool isLed = row.LeaderNode is { } node && node != Self.Node && (_context.Nodes.Find(node) is not null || _context.AwaitsLeader(row)) && !_follower!.IsReleased;
                if (isLed || !_follower!.TryBeginTakeOver(_context.Clock.NowMs))
                {
                    (ErrorCode _, string message) = NotLeading();
                    throw new LeadershipRefusedException(message);
                }
                // A damaged epoch that the log has had, and was cut off, may be newer than any in the table.
                next = LeaderEpoch.Max(_follower.NextEpoch(row.LeaderEpoch), written.Next());
            }
            // The term is the upper half of a coordinator's numbers, which begin above zero.
            return isNewTerm && next.Value == 0 ? next.Next() : next;
        }
    }

    private void BeginTerm(LeadershipRow won)
    {
        Invariant.Holds(won.LeaderNode == Self.Node && won.InSync.Contains(Self));
        lock (_gate)
        {
            (_follower, _commits) = (null, default);
            var leader = new LeaderReplica(Self, won.LeaderEpoch, _view, won.InSync, won.Replicas, _options, _context.Clock.NowMs);
            Volatile.Write(ref _leader, leader);
            leader.TableSays(_row.LeaderEpoch, _row.InSync);
            leader.ReplicateTo(_row.Replicas, _context.Clock.NowMs);
            Settle();
        }
        if (!_isAlone)
        {
            LogLeads(_context.Logger, Self.Node, TopicId, Partition, won.LeaderEpoch);
        }
        _pushes.ContinueAll();
    }

    private async Task<PushReply?> CarryOutAsync(Push push, RecordData data)
    {
        PushVerdict verdict;
        lock (_gate)
        {
            if (_isRemoved)
            {
                return null;
            }
            if (_leader is { } leader)
            {
                if (push.Epoch <= leader.Epoch)
                {
                    return new PushReply(PushOutcome.Fenced, Self, leader.Epoch, push.Number, push.SentAtMs, Offset.None, Log.EndOffset, Offset.None, LeaderEpoch.Unknown);
                }
                StepDown(push.Epoch);
            }
            verdict = _follower!.Judge(push, _context.Clock.NowMs);
            if (verdict.Outcome != PushOutcome.Fenced && Impairment.Answer(_row, push) is { } answer)
            {
                return answer;
            }
        }
        if (verdict.Outcome == PushOutcome.Accepted && (verdict.BeginAt != Offset.None || verdict.CutTo != Offset.None || verdict.SkippedCount < push.Batches.Count))
        {
            await Log.FollowAsync(FollowedPush.ChangeOf(push, verdict, data.Bytes, _options.CountsFlushed));
        }
        PushReply reply;
        Offset deletedTo;
        lock (_gate)
        {
            if (_isRemoved)
            {
                return null;
            }
            reply = _follower!.Answer(push, verdict);
            deletedTo = Offset.Min(push.StartOffset, _follower.HighWatermark);
            Settle();
        }
        if (reply.Outcome == PushOutcome.Accepted && deletedTo > Log.StartOffset)
        {
            await Log.RaiseStartOffsetAsync(deletedTo);
        }
        return reply;
    }

    // After anything that the rules were told: what follows from it for the log. With the gate held.
    private void Settle()
    {
        if (_leader is { IsDeposed: true })
        {
            StepDown(_row.LeaderEpoch);
        }
        if (_leader is { } leader)
        {
            _isAlone = leader.Peers.Count == 0 && leader.InSync.Members.Count == 1;
            Log.Moved = _isAlone ? null : _pushes.LogMoved;
            if (leader.InSync.Members.Count < _options.InSyncMin)
            {
                Log.RefuseUncommitted(ErrorCode.NotEnoughReplicasAfterAppend, $"Partition {Partition} has fewer in-sync replicas than its topic's min.insync.replicas asks for.");
            }
            leader.LogChanged();
            _pushes.Settled(leader);
            Commit(_isAlone && leader.InSync.Members.Count >= _options.InSyncMin ? new Offset(long.MaxValue) : leader.HighWatermark);
        }
        else if (_follower is { } follower)
        {
            Commit(follower.HighWatermark);
        }
    }

    private void Commit(Offset limit)
    {
        if (limit != Offset.None)
        {
            if (Log.CommitLimit != limit)
            {
                Log.CommitLimit = limit;
            }
            _committedKnown.TrySetResult();
        }
    }

    private void StepDown(LeaderEpoch newer)
    {
        if (!_isHandedOver)
        {
            LogStepsDown(_context.Logger, Self.Node, TopicId, Partition, _leader!.Epoch, newer);
        }
        (ErrorCode error, string message) = NotLeading();
        // Before the term's end, which wakes readers: they are to find that nobody leads here.
        (_isAlone, Log.Moved) = (false, null);
        Volatile.Write(ref _leader, null);
        Log.CommitLimit = Log.HighWatermark;
        Log.EndEpoch(error, message);
        _follower = new FollowerReplica(Self, _view, _options, LeaderEpoch.Max(newer, _row.LeaderEpoch), long.MinValue);
    }

    private async Task ChangeAsync(Task<LeadershipRow?> change)
    {
        if (await change is { } row)
        {
            _context.Rows.See(row);
            See(row);
            await _context.Peers.AnnounceAsync([row]);
        }
        _isChanging = false;
    }

    [LoggerMessage(2821, LogLevel.Debug, "Node {Node} leads partition {Partition} of topic {TopicId} in epoch {Epoch}.")]
    private static partial void LogLeads(ILogger logger, NodeId node, TopicId topicId, int partition, LeaderEpoch epoch);

    [LoggerMessage(2822, LogLevel.Information, "Node {Node} does not lead partition {Partition} of topic {TopicId} any more: its epoch {Epoch} was followed by {Newer}.")]
    private static partial void LogStepsDown(ILogger logger, NodeId node, TopicId topicId, int partition, LeaderEpoch epoch, LeaderEpoch newer);

    [LoggerMessage(2824, LogLevel.Information, "Partition {Partition} of topic {TopicId} was claimed by another while it had epoch {Epoch}.")]
    private static partial void LogLostSwap(ILogger logger, int partition, TopicId topicId, LeaderEpoch epoch);
}
