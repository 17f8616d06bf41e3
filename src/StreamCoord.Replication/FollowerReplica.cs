namespace StreamCoord.Replication;

/// <summary>
/// A copy of a partition that follows a leader: tells what a push does to its log, answers for no more than it has, and lends the leader the time in which nobody else leads. Pure: the
/// shell changes the log, and brings the time.
/// </summary>
/// <remarks>
/// For one thread at a time: a push is judged, carried out on the log and answered before the next one is judged. Always <see cref="HighWatermark"/> &lt;= what is known to be the
/// leader's &lt;= the log's end; nothing below it is ever cut. The newest term it has heard of never falls, also not by a restart: it is made with the one that the leadership table
/// has, in which every term stands before its leader says a word.
/// </remarks>
public sealed class FollowerReplica
{
    private readonly IReplicaLog _log;
    private ReplicationOptions _options;
    private Offset _matchedTo = Offset.Zero;
    private long _grantedUntilMs;
    private bool _isTakingOver;

    /// <summary>A replica that begins to follow.</summary>
    /// <param name="self">Whose copy it is.</param>
    /// <param name="log">The copy.</param>
    /// <param name="options">How it is replicated.</param>
    /// <param name="tableEpoch">The term that the leadership table has, read after the process began.</param>
    /// <param name="grantedUntilMs">
    /// Until when it may have promised not to take over, by its own clock: what it said before a restart it does not know, so then it is a lease from now. In the past when it led itself.
    /// </param>
    public FollowerReplica(ReplicaId self, IReplicaLog log, ReplicationOptions options, LeaderEpoch tableEpoch, long grantedUntilMs)
    {
        (Self, _log, _options, Epoch, _grantedUntilMs) = (self, log, options, tableEpoch, grantedUntilMs);
    }

    /// <summary>Whose copy it is.</summary>
    public ReplicaId Self { get; }

    /// <summary>The newest term it has heard of.</summary>
    public LeaderEpoch Epoch { get; private set; }

    /// <summary>Everything below is committed and here; <see cref="Offset.None"/> while it has not heard.</summary>
    public Offset HighWatermark { get; private set; } = Offset.None;

    /// <summary>True from its decision to take over until the outcome is known.</summary>
    public bool IsTakingOver => _isTakingOver;

    /// <summary>True when the leader of the newest term has given back what it was lent.</summary>
    public bool IsReleased { get; private set; }

    // Everything below is committed, and every leader has the same there. A failed flush may have cut the log below what it has heard of.
    private Offset CommittedFloor => Offset.Min(Offset.Max(_log.StartOffset, HighWatermark), _log.EndOffset);

    /// <summary>Other options hold from now on.</summary>
    public void Configure(ReplicationOptions options) => _options = options;

    /// <summary>Says what the log has to do with a push. Whatever it says, unless the push is fenced it lends the leader a lease from now on.</summary>
    public PushVerdict Judge(Push push, long nowMs)
    {
        if (push.Epoch < Epoch || _isTakingOver)
        {
            return PushVerdict.Refused(PushOutcome.Fenced);
        }
        Learn(push.Epoch);
        _grantedUntilMs = Math.Max(_grantedUntilMs, nowMs + _options.LeaseMs + _options.ClockDriftMs);
        // What is here already stays also when it is to begin further on: the push may be an old one that was on its way for long, and the batches acknowledged since.
        return push.IsReset || Matches(push) ? Compare(push) : PushVerdict.Refused(PushOutcome.Diverged);
    }

    /// <summary>The answer to a push, when the log has done what its verdict says. If a newer term has been heard of meanwhile, the push is fenced after all.</summary>
    public PushReply Answer(Push push, in PushVerdict verdict)
    {
        PushOutcome result = push.Epoch == Epoch ? verdict.Outcome : PushOutcome.Fenced;
        Offset acknowledged = result == PushOutcome.Accepted ? Accept(push) : Offset.None;
        Offset resumeAt = result == PushOutcome.Diverged ? ResumePoint(push) : Offset.None;
        LeaderEpoch resumeEpoch = resumeAt == Offset.None ? LeaderEpoch.Unknown : _log.EpochBefore(resumeAt);
        return new PushReply(result, Self, Epoch, push.Number, push.SentAtMs, acknowledged, _log.EndOffset, resumeAt, resumeEpoch);
    }

    /// <summary>The answer to a push that was accepted, and could not be carried out because the disk takes no writes.</summary>
    public PushReply AnswerRefused(Push push) => new(
        push.Epoch == Epoch ? PushOutcome.Refused : PushOutcome.Fenced, Self, Epoch, push.Number, push.SentAtMs, Offset.None, _log.EndOffset, Offset.None, LeaderEpoch.Unknown);

    /// <summary>True when nothing that it has lent, or may have lent, keeps it from taking over.</summary>
    public bool MayTakeOver(long nowMs) => _isTakingOver || nowMs >= _grantedUntilMs;

    /// <summary>
    /// Begins to take over, if what it has lent has run out: from now on it refuses every push, so that nobody gets new time from it, until it leads or <see cref="EndTakeOver"/> is called.
    /// </summary>
    public bool TryBeginTakeOver(long nowMs)
    {
        _isTakingOver |= MayTakeOver(nowMs);
        return _isTakingOver;
    }

    /// <summary>The term to claim.</summary>
    /// <param name="tableEpoch">The one in the leadership table, which the claim replaces.</param>
    public LeaderEpoch NextEpoch(LeaderEpoch tableEpoch)
    {
        LeaderEpoch written = _log.EpochBefore(_log.EndOffset);
        LeaderEpoch newest = tableEpoch > written ? tableEpoch : written;
        return (newest > Epoch ? newest : Epoch).Next();
    }

    /// <summary>The claim has failed for certain: it follows again.</summary>
    /// <param name="tableEpoch">The term that the table has by now.</param>
    public void EndTakeOver(LeaderEpoch tableEpoch)
    {
        _isTakingOver = false;
        Learn(tableEpoch);
    }

    /// <summary>The table has this term: no older leader is followed any more.</summary>
    public void Learn(LeaderEpoch tableEpoch)
    {
        if (tableEpoch > Epoch)
        {
            (Epoch, _matchedTo, IsReleased) = (tableEpoch, Offset.Zero, false);
        }
    }

    /// <summary>The leader of a term has stopped serving and gives back what it was lent.</summary>
    public void Released(LeaderEpoch epoch)
    {
        if (epoch == Epoch)
        {
            (_grantedUntilMs, IsReleased) = (long.MinValue, true);
        }
    }

    private bool Matches(Push push) =>
        push.From <= CommittedFloor || (push.From <= _log.EndOffset && _log.EpochBefore(push.From) == push.EpochBefore);

    // The first batch that is not here decides: what the log has in its place is of another term, and goes.
    private PushVerdict Compare(Push push)
    {
        Offset beginAt = push.IsReset && push.From > _log.StartOffset ? push.From : Offset.None;
        Offset start = Offset.Max(_log.StartOffset, beginAt);
        int skipped = 0;
        while (skipped < push.Batches.Count && IsHere(push.Batches[skipped], start))
        {
            skipped++;
        }
        if (skipped == push.Batches.Count || push.Batches[skipped].BaseOffset >= _log.EndOffset)
        {
            return new PushVerdict(PushOutcome.Accepted, beginAt, Offset.None, skipped);
        }
        // A log may begin within a batch, so this one may begin before the log does.
        Offset cutTo = push.Batches[skipped].BaseOffset;
        Invariant.Holds(Offset.Max(cutTo, start) >= CommittedFloor);
        return new PushVerdict(PushOutcome.Accepted, beginAt, cutTo, skipped);
    }

    private bool IsHere(in BatchMark batch, Offset start) => batch.NextOffset <= CommittedFloor
        || (batch.NextOffset <= _log.EndOffset && _log.EpochBefore(Offset.Max(batch.BaseOffset, start) + 1) == batch.Epoch);

    private Offset Accept(Push push)
    {
        Offset pushedTo = push.Batches.Count == 0 ? push.From : push.Batches[^1].NextOffset;
        _matchedTo = Offset.Max(_matchedTo, pushedTo);
        // A log that was cut by a crash, and not by us, has less than was found to match.
        _matchedTo = Offset.Min(_matchedTo, _log.EndOffset);
        HighWatermark = Offset.Max(HighWatermark, Offset.Min(push.HighWatermark, _matchedTo));
        return Offset.Min(_matchedTo, _options.Counting(_log));
    }

    // Steps over whole terms: what this log has of terms that are newer than the leader's before that place cannot match.
    private Offset ResumePoint(Push push)
    {
        Offset end = Offset.Min(push.From, _log.EndOf(push.EpochBefore));
        return Offset.Max(end, CommittedFloor);
    }
}
