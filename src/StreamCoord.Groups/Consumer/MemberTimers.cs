namespace StreamCoord.Groups.Consumer;

/// <summary>When members are removed: for their silence, or because they do not do what they have to, as to give partitions back. Not safe for concurrent use.</summary>
internal sealed class MemberTimers
{
    private readonly Dictionary<string, (long SessionMs, long DutyMs)> _deadlines = [];

    /// <summary>The first of all deadlines at the latest, or <see cref="long.MaxValue"/>.</summary>
    public long NextMs { get; private set; } = long.MaxValue;

    /// <summary>Begins a member's session anew.</summary>
    public void Renew(string memberId, long deadlineMs)
    {
        _deadlines[memberId] = (deadlineMs, _deadlines.TryGetValue(memberId, out (long, long DutyMs) known) ? known.DutyMs : long.MaxValue);
        NextMs = Math.Min(NextMs, deadlineMs);
    }

    /// <summary>Sets when a member must have done what it has to; <see cref="long.MaxValue"/> when there is nothing to do.</summary>
    public void Await(string memberId, long deadlineMs)
    {
        _deadlines[memberId] = (_deadlines[memberId].SessionMs, deadlineMs);
        NextMs = Math.Min(NextMs, deadlineMs);
    }

    /// <summary>As <see cref="Await"/>, for a member that has nothing to do yet.</summary>
    public void AwaitUnlessAwaited(string memberId, long deadlineMs)
    {
        if (_deadlines[memberId].DutyMs == long.MaxValue)
        {
            Await(memberId, deadlineMs);
        }
    }

    public void Remove(string memberId) => _deadlines.Remove(memberId);

    /// <summary>Those whose time is over, and finds the next deadline.</summary>
    public IReadOnlyList<string> TakeExpired(long nowMs)
    {
        string[] expired = [.. _deadlines.Where(pair => Math.Min(pair.Value.SessionMs, pair.Value.DutyMs) <= nowMs).Select(pair => pair.Key)];
        foreach (string memberId in expired)
        {
            _deadlines.Remove(memberId);
        }
        NextMs = _deadlines.Values.Select(deadline => Math.Min(deadline.SessionMs, deadline.DutyMs)).DefaultIfEmpty(long.MaxValue).Min();
        return expired;
    }
}
