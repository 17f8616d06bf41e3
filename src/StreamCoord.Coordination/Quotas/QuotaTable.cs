namespace StreamCoord.Coordination.Quotas;

/// <summary>
/// The quotas of a tree and what is used of them. A znode counts for the nearest quota at or above it, and for no other, as in ZooKeeper. Not safe for
/// concurrent use: its owner guards it.
/// </summary>
public sealed class QuotaTable
{
    private readonly Dictionary<string, QuotaEntry> _entries = [];
    private readonly Dictionary<string, QuotaEntry>.AlternateLookup<ReadOnlySpan<char>> _entriesBySpan;

    /// <summary>A table without quotas.</summary>
    public QuotaTable() => _entriesBySpan = _entries.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True when there is no quota at all, which is what most trees have.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Sets the quota of a znode, and what it and its descendants use.</summary>
    public void Set(string path, QuotaLimits limits, QuotaUsage usage) => _entries[path] = new QuotaEntry(path, limits) { Usage = usage };

    /// <summary>Removes the quota of a znode, if it has one. Null is nobody's path.</summary>
    public void Remove(string? path)
    {
        if (path is not null)
        {
            _entries.Remove(path);
        }
    }

    /// <summary>Every quota.</summary>
    public IReadOnlyCollection<QuotaEntry> All => _entries.Values;

    /// <summary>Counts every quota's usage anew.</summary>
    public void Recount(Func<string, QuotaUsage> measure)
    {
        foreach (QuotaEntry entry in _entries.Values)
        {
            entry.Usage = measure(entry.Path);
        }
    }

    /// <summary>The nearest quota at or above a path; null for none.</summary>
    public QuotaEntry? Find(ReadOnlySpan<char> path)
    {
        for (; !IsEmpty && path.Length > 1; path = ZNodePath.ParentOf(path))
        {
            if (_entriesBySpan.TryGetValue(path, out QuotaEntry? entry))
            {
                return entry;
            }
        }
        return null;
    }

    /// <summary>Counts a change of a znode.</summary>
    public void Add(ReadOnlySpan<char> path, long countDelta, long bytesDelta)
    {
        if (Find(path) is { } entry)
        {
            entry.Usage = entry.Usage.Add(countDelta, bytesDelta);
        }
    }

    /// <summary>Judges a change of a znode, without counting it.</summary>
    /// <param name="path">The znode that is created or whose data is set.</param>
    /// <param name="countDelta">1 for a creation, else 0.</param>
    /// <param name="bytesDelta">The data's growth.</param>
    /// <param name="enforce">Whether hard limits refuse.</param>
    public QuotaCheck Check(ReadOnlySpan<char> path, long countDelta, long bytesDelta, bool enforce) =>
        Find(path) is { } entry ? entry.Limits.Check(entry.Path, entry.Usage, countDelta, bytesDelta, enforce) : default;
}
