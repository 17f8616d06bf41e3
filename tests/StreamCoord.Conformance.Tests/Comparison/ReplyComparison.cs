using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Comparison;

/// <summary>
/// Holds our reply to an operation against ZooKeeper's. Transactions are compared by their order, sessions by who opened them, times by whether there is one.
/// Not safe for concurrent use.
/// </summary>
internal sealed class ReplyComparison
{
    private readonly Dictionary<long, long> _sessions = new() { [0] = 0 };

    /// <summary>The transactions met so far, ZooKeeper's and ours.</summary>
    public ZxidOrder Zxids { get; } = new();

    /// <summary>Notes that two sessions are the same one.</summary>
    public void AddSession(long reference, long ours) => _sessions[reference] = ours;

    /// <summary>What is different; null when nothing is.</summary>
    public string? Compare(TreeOperation operation, TreeReply reference, TreeReply ours)
    {
        if (operation.Kind == "open" && ours.IsOk)
        {
            AddSession(reference.Session, ours.Session);
            return null;
        }
        return IsKnownDifference(operation, reference, ours) ? null : CompareParts(reference, ours);
    }

    /// <summary>Where we differ on purpose.</summary>
    private static bool IsKnownDifference(TreeOperation operation, TreeReply reference, TreeReply ours)
    {
        // The gateway refuses a path that no znode can have before anybody looks for the znode or its parent. ZooKeeper looks first.
        bool isBadPath = operation.Kind != "multi" && reference.Error == "NoNode" && ours.Error == "BadArguments" && operation.HasBadPath;

        // Since 3.8.4 and 3.9.2 exists asks for the right to read.
        bool isHidden = operation.Kind == "exists" && reference.IsOk && ours.Error == "NoAuth";
        return isBadPath || isHidden;
    }

    private string? CompareParts(TreeReply reference, TreeReply ours)
    {
        if (reference.Error != ours.Error)
        {
            return $"{reference.Error} here, {ours.Error} there";
        }
        if (!reference.IsOk && reference.Results is null)
        {
            return null;
        }
        return Different("path", reference.Path, reference.Path is null ? null : ours.Path)
            ?? Different("data", reference.Data, ours.Data)
            ?? DifferentList("children", reference.Children, ours.Children)
            ?? DifferentList("acl", reference.Acl, ours.Acl)
            ?? CompareStats(reference.Stat, ours.Stat)
            ?? CompareResults(reference.Results, ours.Results);
    }

    private string? CompareResults(IReadOnlyList<TreeReply>? reference, IReadOnlyList<TreeReply>? ours)
    {
        if (reference?.Count != ours?.Count)
        {
            return $"{reference?.Count} results here, {ours?.Count} there";
        }
        for (int i = 0; i < reference?.Count; i++)
        {
            if (CompareParts(reference[i], ours![i]) is { } difference)
            {
                return $"result {i}: {difference}";
            }
        }
        return null;
    }

    private string? CompareStats(TreeStat? reference, TreeStat? ours)
    {
        if (reference is null || ours is null)
        {
            // In a multi ZooKeeper tells the Stat of fewer operations than we do.
            return reference is null ? null : "a stat here, none there";
        }
        Zxids.Add(reference.Czxid, ours.Czxid);
        Zxids.Add(reference.Mzxid, ours.Mzxid);
        Zxids.Add(reference.Pzxid, ours.Pzxid);
        if (!_sessions.TryGetValue(reference.EphemeralOwner, out long owner) || owner != ours.EphemeralOwner)
        {
            return $"another ephemeral owner: 0x{reference.EphemeralOwner:x} here, 0x{ours.EphemeralOwner:x} there";
        }
        return Different("a ctime", reference.Ctime == 0, ours.Ctime == 0)
            ?? Different("a mtime", reference.Mtime == 0, ours.Mtime == 0)
            ?? Different("version", reference.Version, ours.Version)
            ?? Different("cversion", reference.Cversion, ours.Cversion)
            ?? Different("aversion", reference.Aversion, ours.Aversion)
            ?? Different("data length", reference.DataLength, ours.DataLength)
            ?? Different("number of children", reference.NumChildren, ours.NumChildren);
    }

    private static string? Different<T>(string what, T reference, T ours) =>
        EqualityComparer<T>.Default.Equals(reference, ours) ? null : $"{what}: {reference} here, {ours} there";

    private static string? DifferentList(string what, IReadOnlyList<string>? reference, IReadOnlyList<string>? ours) =>
        Different(what, string.Join(' ', reference ?? []), string.Join(' ', ours ?? []));
}
