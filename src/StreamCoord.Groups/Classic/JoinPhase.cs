namespace StreamCoord.Groups.Classic;

/// <summary>
/// How long a group waits for its members to join. An empty group waits for newcomers in steps: each step in which one came is followed by another, as long as the rebalance timeout allows.
/// </summary>
internal sealed class JoinPhase(int initialDelayMs)
{
    private int _remainingMs;
    private bool _hasNewcomer;

    /// <summary>When the wait ends, or <see cref="GroupMember.Never"/>.</summary>
    public long DeadlineMs { get; private set; } = GroupMember.Never;

    /// <summary>True while an empty group waits for newcomers: it does not end when all who are there have joined.</summary>
    public bool IsInitial { get; private set; }

    public void Begin(bool isInitial, int rebalanceTimeoutMs, long nowMs)
    {
        IsInitial = isInitial && initialDelayMs > 0;
        _hasNewcomer = false;
        _remainingMs = Math.Max(0, rebalanceTimeoutMs - initialDelayMs);
        DeadlineMs = nowMs + (IsInitial ? initialDelayMs : rebalanceTimeoutMs);
    }

    public void NoteNewcomer() => _hasNewcomer = true;

    /// <summary>Waits once more when somebody new has come; false when the wait is over.</summary>
    public bool TryProlong(long nowMs)
    {
        if (!IsInitial || !_hasNewcomer || _remainingMs == 0)
        {
            return false;
        }
        int delayMs = Math.Min(initialDelayMs, _remainingMs);
        _remainingMs -= delayMs;
        _hasNewcomer = false;
        DeadlineMs = nowMs + delayMs;
        return true;
    }

    public void End() => (IsInitial, DeadlineMs) = (false, GroupMember.Never);
}
