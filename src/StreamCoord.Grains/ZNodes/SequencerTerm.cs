using Microsoft.Extensions.Logging;
using StreamCoord.Coordination.Sessions;
using StreamCoord.Coordination.Tree;
using StreamCoord.Partitions;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// One term of the sequencer with everything that dies with it: the transactions in flight, the senders' places, the session tracker. Transactions are decided on at
/// once and written in groups: while one group is on its way to the disk the next one gathers.
/// </summary>
/// <remarks>
/// Owns its batches and the tracker. Called by the sequencer's grain only, one turn at a time; its methods may interleave at their awaits. A finished
/// <see cref="SubmitAsync"/> is durable on the in-sync replicas. A failed append ends the term: what was in flight is answered with
/// <see cref="ZNodeError.ConnectionLoss"/>, and the log's epoch keeps any late write of this term out.
/// </remarks>
internal sealed partial class SequencerTerm : IDisposable
{
    private readonly TransactionBatches _batches;
    private readonly Sequencer _sequencer;
    private readonly SessionTracker _tracker;
    private readonly SessionOwners _owners;
    private readonly SessionPassword _password;
    private readonly IPartitionGrain _partition;
    private readonly TimeProvider _time;
    private readonly TreeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Dictionary<Guid, Sender> _senders = [];
    private TaskCompletionSource<bool> _appending = NewGroup();
    private TaskCompletionSource<bool> _gathering = NewGroup();
    private bool _isAppending;

    private SequencerTerm(Sequencer sequencer, TransactionBatches batches, ZNodeTree tree, TermContext context)
    {
        (_sequencer, _batches, _partition, _time) = (sequencer, batches, context.Partition, context.Time);
        (_metrics, _logger) = (context.Metrics, context.Logger);
        _tracker = new SessionTracker(context.Options.TickTimeMs, NowMs);
        _owners = new SessionOwners(sequencer.Epoch);
        _password = new SessionPassword(tree.Secret!);
        lock (tree.Gate)
        {
            foreach ((SessionId session, int timeoutMs) in tree.Sessions)
            {
                _tracker.Add(session, context.SessionsBefore?.Contains(session) == true ? context.SessionsBefore.TimeoutMsOf(session) : timeoutMs);
            }
        }
        CommittedZxid = _sequencer.LastZxid;
    }

    /// <summary>The term's number.</summary>
    public LeaderEpoch Epoch => _sequencer.Epoch;

    /// <summary>True when no more is written in this term.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The sessions with the timeouts that they have now, for the term behind this one.</summary>
    public SessionTracker Sessions => _tracker;

    /// <summary>The newest transaction that is durable.</summary>
    public Zxid CommittedZxid { get; private set; }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins a term over a tree that has everything in the log; its epoch record is durable when this ends. Null when the log refused it.</summary>
    public static async Task<SequencerTerm?> BeginAsync(TermContext context, LeaderEpoch epoch, TreeFeed feed)
    {
        if (feed.Tree.Applied >= Zxid.FirstOf(epoch))
        {
            // A later term has begun already.
            return null;
        }
        var batches = new TransactionBatches();
        var sequencer = new Sequencer(feed.Tree, context.Options, epoch, batches);
        sequencer.WriteEpochRecord(context.Time.GetUtcNow().ToUnixTimeMilliseconds(), SessionPassword.NewSecret());
        using RecordData record = batches.Take();
        AppendReply reply = await context.Partition.Append(new AppendRequest(record, RequiredAcks.All, epoch));
        if (reply.Error != ErrorCode.None)
        {
            batches.Dispose();
            return null;
        }
        await feed.WaitAppliedAsync(sequencer.LastZxid);
        return new SequencerTerm(sequencer, batches, feed.Tree, context);
    }

    /// <summary>Carries out a batch of writes, in its place among the batches of its sender.</summary>
    public async Task<WriteBatchReply> SubmitAsync(WriteBatch batch)
    {
        if (batch.Sender == Guid.Empty)
        {
            return await ExecuteAsync(batch);
        }
        if (batch.Term != Epoch || HasEnded)
        {
            return Lost(batch.Requests.Count);
        }
        if (!_senders.TryGetValue(batch.Sender, out Sender? sender))
        {
            _senders.Add(batch.Sender, sender = new Sender());
        }
        if (!await sender.TryTakeTurnAsync(batch.Number))
        {
            return Lost(batch.Requests.Count);
        }
        Task<WriteBatchReply> executed = ExecuteAsync(batch);
        sender.Advance();
        return await executed;
    }

    /// <summary>Ends when everything decided so far is durable; false when it is lost.</summary>
    public Task<bool> CommitAsync()
    {
        if (HasEnded)
        {
            return Task.FromResult(false);
        }
        if (_batches.WaitingBytes == 0)
        {
            return _isAppending ? _appending.Task : Task.FromResult(true);
        }
        Task<bool> committed = _gathering.Task;
        if (!_isAppending)
        {
            _ = AppendAsync();
        }
        return committed;
    }

    /// <summary>Signs of life; returns the sessions that are none any more.</summary>
    public IReadOnlyList<SessionId> Touch(IReadOnlyList<SessionId> sessions) => [.. sessions.Where(session => !_tracker.Touch(session))];

    /// <summary>The sessions that live, and when their time is over.</summary>
    public IReadOnlyList<SessionExpiry> ListExpiries()
    {
        DateTimeOffset now = _time.GetUtcNow();
        return [.. _tracker.List().Select(session => new SessionExpiry(session.Session, now.AddMilliseconds(session.LeftMs)))];
    }

    /// <summary>See <see cref="ICoordination.ResumeSessionAsync"/>.</summary>
    /// <remarks>
    /// A new timeout is no transaction. The next term on this silo takes it over; after a restart a session has the timeout that it was opened with until its client, whose connection is
    /// lost as well, comes back and asks anew.
    /// </remarks>
    public ZNodeReply Resume(SessionId session, ReadOnlySpan<byte> password, int? timeoutMs)
    {
        if (!_password.IsOf(session, password))
        {
            return ZNodeReply.Refused(ZNodeError.AuthFailed, $"That is not the password of session {session}.", CommittedZxid);
        }
        if (!_sequencer.IsAlive(session) || !_tracker.Touch(session))
        {
            return ZNodeReply.Refused(ZNodeError.SessionExpired, $"Session {session} has ended.", CommittedZxid);
        }
        if (timeoutMs is { } asked)
        {
            _tracker.Add(session, _sequencer.NegotiateTimeoutMs(asked));
        }
        return new ZNodeReply { Zxid = CommittedZxid, Session = Grant(session, _tracker.TimeoutMsOf(session), timeoutMs is null ? SessionOwners.Nobody : _owners.Take(session)) };
    }

    /// <summary>Ends the sessions whose time is over.</summary>
    public Task ExpireAsync()
    {
        foreach (SessionId session in _tracker.Advance(NowMs))
        {
            ZNodeReply reply = _sequencer.Execute(ZNodeCaller.Service, new CloseSessionOperation(session), NowMs);
            if (reply.IsOk)
            {
                _owners.Forget(session);
                _metrics.Expired();
                LogExpired(_logger, session, reply.Zxid);
            }
        }
        return CommitAsync();
    }

    /// <summary>Deletes containers and TTL znodes whose time is over.</summary>
    public Task ReapAsync(IReadOnlyList<string> paths)
    {
        foreach (string path in paths)
        {
            _sequencer.Reap(path, NowMs);
        }
        return CommitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End(null);
        _batches.Dispose();
    }

    private async Task<WriteBatchReply> ExecuteAsync(WriteBatch batch)
    {
        if (_sequencer.IsExhausted)
        {
            End("The term has used up its numbers.");
        }
        if (HasEnded)
        {
            return Lost(batch.Requests.Count);
        }
        var replies = new ZNodeReply[batch.Requests.Count];
        long nowMs = NowMs;
        int refused = 0;
        for (int i = 0; i < replies.Length; i++)
        {
            WriteRequest request = batch.Requests[i];
            replies[i] = _owners.Admits(request.Caller.Session, request.Caller.Owner) ? Finish(_sequencer.Execute(request.Caller, request.Operation, nowMs), request) : Moved(request.Caller.Session);
            if (replies[i].Error == ZNodeError.ConnectionLoss)
            {
                End(replies[i].Message);
                return Lost(replies.Length);
            }
            refused += replies[i].IsOk ? 0 : 1;
        }
        _metrics.Decided(replies.Length, refused);
        WarnOfQuotas();
        return await CommitAsync() ? new WriteBatchReply(replies) : Lost(replies.Length);
    }

    private ZNodeReply Finish(ZNodeReply reply, WriteRequest request)
    {
        if (request.Caller.Session != SessionId.None)
        {
            _tracker.Touch(request.Caller.Session);
        }
        if (!reply.IsOk)
        {
            if (reply.Error == ZNodeError.SessionExpired)
            {
                _owners.Forget(request.Caller.Session);
            }
            return reply;
        }
        if (request.Operation is CloseSessionOperation close)
        {
            _tracker.Remove(close.Session);
            _owners.Forget(close.Session);
        }
        if (reply.Session is { } opened)
        {
            _tracker.Add(opened.Session, opened.TimeoutMs);
            return reply with { Session = Grant(opened.Session, opened.TimeoutMs, _owners.Take(opened.Session)) };
        }
        return reply;
    }

    private void WarnOfQuotas()
    {
        foreach (string warning in _sequencer.TakeQuotaWarnings())
        {
            LogQuota(_logger, warning);
        }
    }

    private SessionGrant Grant(SessionId session, int timeoutMs, long owner) => new(session, _password.Of(session), timeoutMs) { Owner = owner };

    private ZNodeReply Moved(SessionId session) => ZNodeReply.Refused(ZNodeError.SessionMoved, $"Session {session} has moved to another connection.", _sequencer.LastZxid);

    // Runs while there is something to write; there is never more than one append of the term under way, so the log has the order of the decisions.
    private async Task AppendAsync()
    {
        _isAppending = true;
        while (_batches.WaitingBytes > 0 && !HasEnded)
        {
            Zxid newest = _sequencer.LastZxid;
            _appending = _gathering;
            _gathering = NewGroup();
            using RecordData data = _batches.Take();
            string? problem = await TryAppendAsync(data);
            if (problem is not null)
            {
                End(problem);
            }
            else
            {
                CommittedZxid = newest;
            }
            _appending.TrySetResult(problem is null);
        }
        _isAppending = false;
    }

    private async Task<string?> TryAppendAsync(RecordData data)
    {
        try
        {
            AppendReply reply = await _partition.Append(new AppendRequest(data, RequiredAcks.All, Epoch));
            return reply.Error == ErrorCode.None ? null : reply.Message;
        }
#pragma warning disable CA1031 // Whatever it is, the outcome is not known, and the term must end.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.Message;
        }
    }

    // Without a reason it is the grain that ends.
    private void End(string? reason)
    {
        if (!HasEnded)
        {
            HasEnded = true;
            if (reason is not null)
            {
                LogEnded(_logger, Epoch, reason);
            }
            _gathering.TrySetResult(false);
            foreach (Sender sender in _senders.Values)
            {
                sender.ReleaseAll();
            }
        }
    }

    private static WriteBatchReply Lost(int count)
    {
        ZNodeReply lost = ZNodeReply.Refused(ZNodeError.ConnectionLoss, "The outcome is not known: the log of the tree could not be written. Look before you try again.");
        return new WriteBatchReply([.. Enumerable.Repeat(lost, count)]);
    }

    private static TaskCompletionSource<bool> NewGroup() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(2411, LogLevel.Information, "Session {Session} has expired, by transaction {Zxid}.")]
    private static partial void LogExpired(ILogger logger, SessionId session, Zxid zxid);

    [LoggerMessage(2413, LogLevel.Warning, "Quota exceeded: {Warning}")]
    private static partial void LogQuota(ILogger logger, string warning);

    [LoggerMessage(2412, LogLevel.Warning, "Term {Epoch} of the sequencer has ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, LeaderEpoch epoch, string reason);

    /// <summary>The place of one sender in the order of its own batches, which may arrive in any order.</summary>
    private sealed class Sender
    {
        private readonly Dictionary<long, TaskCompletionSource> _early = [];
        private long _next;

        /// <summary>Waits for the batch's turn; false when it had its turn before, or is here twice.</summary>
        public async Task<bool> TryTakeTurnAsync(long number)
        {
            if (number == _next)
            {
                return true;
            }
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (number < _next || !_early.TryAdd(number, turn))
            {
                return false;
            }
            await turn.Task;
            return true;
        }

        public void Advance()
        {
            _next++;
            if (_early.Remove(_next, out TaskCompletionSource? turn))
            {
                turn.SetResult();
            }
        }

        public void ReleaseAll()
        {
            foreach (TaskCompletionSource turn in _early.Values)
            {
                turn.TrySetResult();
            }
            _early.Clear();
        }
    }
}

/// <summary>What a term needs from around it.</summary>
/// <param name="Partition">The tree's log.</param>
/// <param name="Options">What holds for the tree.</param>
/// <param name="Time">The clock.</param>
/// <param name="Metrics">Where it counts.</param>
/// <param name="Logger">Where it tells.</param>
/// <param name="SessionsBefore">The sessions of the term before, when that was on this silo: what is not in the log about them.</param>
internal sealed record TermContext(IPartitionGrain Partition, ZNodeOptions Options, TimeProvider Time, TreeMetrics Metrics, ILogger Logger, SessionTracker? SessionsBefore);
