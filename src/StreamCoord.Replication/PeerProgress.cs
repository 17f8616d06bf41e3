namespace StreamCoord.Replication;

/// <summary>What a leader knows of one other replica, in this term. Owned by <see cref="LeaderReplica"/>.</summary>
/// <remarks>
/// While it is probing it has one push under way at most, without batches: the leader does not know yet where the logs part. Always <see cref="AcknowledgedOffset"/> &lt;=
/// <see cref="NextOffset"/> when it is not.
/// </remarks>
internal sealed class PeerProgress
{
    private readonly HashSet<long> _underWay = [];
    private long _newestReply = -1;
    private long _ignoredBelow;
    private Offset _endAtLastReply = Offset.None;
    private long _lastReplyMs;

    public PeerProgress(Offset next, long nowMs, long firstNumber)
    {
        (NextOffset, DueMs, CaughtUpMs, FirstNumber, NextNumber) = (next, nowMs, nowMs, firstNumber, firstNumber);
    }

    /// <summary>The number of the first push that this knows of. None before it has the same number.</summary>
    public long FirstNumber { get; }

    /// <summary>Who answered last; null while nobody has.</summary>
    public ReplicaId? Replica { get; private set; }

    /// <summary>Where the next push begins.</summary>
    public Offset NextOffset { get; private set; }

    /// <summary>It has everything below, as it counts; <see cref="Offset.None"/> while that is not known.</summary>
    public Offset AcknowledgedOffset { get; private set; } = Offset.None;

    /// <summary>True while the leader looks for the place up to which the logs are the same.</summary>
    public bool IsProbing { get; private set; } = true;

    /// <summary>When something is sent next even if there is nothing new.</summary>
    public long DueMs { get; private set; }

    /// <summary>The newest time, by the leader's clock, at which something was sent that it has answered.</summary>
    public long? AnsweredSentMs { get; private set; }

    /// <summary>When it was last known to have been at the log's end.</summary>
    public long CaughtUpMs { get; private set; }

    /// <summary>True when it was taken for dead and has not answered since.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>True when it has less than it had acknowledged, or its disk took no writes, and it has not caught up since.</summary>
    public bool IsImpaired { get; private set; }

    /// <summary>True when it is to hear at once of what is committed, because consumers read from it.</summary>
    public bool HasReaders { get; set; }

    /// <summary>The newest high watermark that it has been sent, whether or not it has come there.</summary>
    public Offset SentHighWatermark { get; private set; } = Offset.None;

    /// <summary>The next push's number.</summary>
    public long NextNumber { get; private set; }

    /// <summary>How many pushes are under way.</summary>
    public int UnderWayCount => _underWay.Count;

    /// <summary>A push begins.</summary>
    public long Begin(long dueMs)
    {
        DueMs = dueMs;
        _underWay.Add(NextNumber);
        return NextNumber++;
    }

    /// <summary>It has been sent with batches up to an offset, and a high watermark.</summary>
    public void Sent(Offset next, Offset highWatermark) => (NextOffset, SentHighWatermark) = (Offset.Max(NextOffset, next), highWatermark);

    /// <summary>It will not be answered, or not in time.</summary>
    public void Failed(long number, Offset from, long dueMs)
    {
        if (_underWay.Remove(number))
        {
            (IsProbing, NextOffset, DueMs) = (true, Offset.Min(NextOffset, from), dueMs);
            _ignoredBelow = NextNumber;
        }
    }

    /// <summary>Any answer but that of one who follows somebody else.</summary>
    public void Answered(PushReply reply, Offset from, long nowMs)
    {
        if (Replica is { } before && before != reply.Replica)
        {
            Forget();
        }
        (Replica, IsUnreachable) = (reply.Replica, false);
        _underWay.Remove(reply.Number);
        AnsweredSentMs = Math.Max(AnsweredSentMs ?? long.MinValue, reply.SentAtMs);
        if (reply.Number < _newestReply)
        {
            return;
        }
        _newestReply = reply.Number;
        if (reply.EndOffset < AcknowledgedOffset)
        {
            (AcknowledgedOffset, IsImpaired) = (reply.EndOffset, true);
        }
        if (reply.Number < _ignoredBelow)
        {
            return;
        }
        if (reply.Outcome == PushOutcome.Accepted)
        {
            (IsProbing, AcknowledgedOffset) = (false, Offset.Max(AcknowledgedOffset, reply.AcknowledgedOffset));
        }
        else
        {
            (IsProbing, NextOffset, DueMs) = (true, Offset.Min(from, reply.ResumeAt), nowMs);
            _ignoredBelow = NextNumber;
        }
    }

    /// <summary>It answers, but could not write what it was sent.</summary>
    public void Refused(PushReply reply, Offset from, Offset end, long nowMs, long dueMs)
    {
        Answered(reply with { Outcome = PushOutcome.Diverged, ResumeAt = from }, from, nowMs);
        (IsImpaired, DueMs) = (true, dueMs);
        (_endAtLastReply, _lastReplyMs) = (end, nowMs);
    }

    /// <summary>Takes note of whether it is at the log's end, or was when it was heard of before.</summary>
    public void NoteEnd(Offset end, long nowMs)
    {
        if (AcknowledgedOffset >= end)
        {
            (CaughtUpMs, IsImpaired) = (nowMs, false);
        }
        else if (_endAtLastReply != Offset.None && AcknowledgedOffset >= _endAtLastReply)
        {
            (CaughtUpMs, IsImpaired) = (Math.Max(CaughtUpMs, _lastReplyMs), false);
        }
        (_endAtLastReply, _lastReplyMs) = (end, nowMs);
    }

    // Another directory answers: nothing that the one before has said holds for it.
    private void Forget()
    {
        (AcknowledgedOffset, IsImpaired, AnsweredSentMs, CaughtUpMs) = (Offset.None, false, null, long.MinValue);
        _endAtLastReply = Offset.None;
    }
}
