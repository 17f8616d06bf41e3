using StreamCoord.Coordination.Quotas;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// What the transactions in flight add to the usage of quotas, so that many at once cannot pass a limit together. Owned by the sequencer; used under the committed tree's
/// gate. A quota counts from its own commit on.
/// </summary>
internal sealed class PendingUsage(ZNodeTree committed)
{
    private readonly LinkedList<(Zxid Zxid, string Prefix, long Count, long Bytes)> _changes = [];
    // A quota is warned about once until it is met again, not for every write.
    private readonly HashSet<string> _exceeded = [];
    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, QuotaUsage> _added = [];

    /// <summary>What is to be told about limits that were exceeded since the last call.</summary>
    public IReadOnlyList<string> TakeWarnings()
    {
        if (_warnings.Count == 0)
        {
            return [];
        }
        string[] warnings = [.. _warnings];
        _warnings.Clear();
        return warnings;
    }


    /// <summary>Whether the hard limits allow so much more.</summary>
    public bool Allows(string path, long countDelta, long bytesDelta, bool enforce)
    {
        if (committed.Quotas.IsEmpty || committed.Quotas.Find(path) is not { } quota)
        {
            return true;
        }
        QuotaUsage pending = _added.GetValueOrDefault(quota.Path);
        QuotaCheck check = quota.Limits.Check(quota.Path, quota.Usage, pending.Count + countDelta, pending.Bytes + bytesDelta, enforce);
        if (check.Exceeded is null)
        {
            _exceeded.Remove(quota.Path);
        }
        else if (_exceeded.Add(quota.Path))
        {
            _warnings.Add(check.Exceeded);
        }
        return check.Error == ZNodes.ZNodeError.Ok;
    }

    /// <summary>Counts what a transaction will add.</summary>
    public void Add(Zxid zxid, string path, long countDelta, long bytesDelta)
    {
        if (!committed.Quotas.IsEmpty && committed.Quotas.Find(path) is { } quota)
        {
            _changes.AddLast((zxid, quota.Path, countDelta, bytesDelta));
            _added[quota.Path] = _added.GetValueOrDefault(quota.Path).Add(countDelta, bytesDelta);
        }
    }

    /// <summary>Takes back what a transaction would have added.</summary>
    public void Undo(Zxid zxid)
    {
        while (_changes.Last is { } last && last.Value.Zxid == zxid)
        {
            TakeBack(last);
        }
    }

    /// <summary>Drops what the committed tree has counted by now.</summary>
    public void Forget(Zxid applied)
    {
        while (_changes.First is { } first && first.Value.Zxid <= applied)
        {
            TakeBack(first);
        }
    }

    private void TakeBack(LinkedListNode<(Zxid Zxid, string Prefix, long Count, long Bytes)> change)
    {
        _changes.Remove(change);
        QuotaUsage left = _added[change.Value.Prefix].Add(-change.Value.Count, -change.Value.Bytes);
        if (left == default)
        {
            _added.Remove(change.Value.Prefix);
        }
        else
        {
            _added[change.Value.Prefix] = left;
        }
    }
}
