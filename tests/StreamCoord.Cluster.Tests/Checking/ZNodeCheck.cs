using StreamCoord.Cluster.Tests.Load;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>
/// Whether the writes and reads of a znode are linearizable. A znode's version goes up by one with each write, so it says in which order the writes were carried out, and a search for an order is not needed: what remains
/// to be seen is that this order fits real time, and that each version has one value and one write.
/// </summary>
internal static class ZNodeCheck
{
    /// <summary>What is wrong with a history, or null. It ends with reads that came after everything else.</summary>
    public static string? FindProblem(IEnumerable<ZNodeObservation> history)
    {
        foreach (IGrouping<string, ZNodeObservation> path in history.GroupBy(one => one.Path))
        {
            if (FindProblemOfOne([.. path.OrderBy(one => one.Began)]) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    private static string? FindProblemOfOne(ZNodeObservation[] history)
    {
        ZNodeObservation[] told = [.. history.Where(one => one.Version >= 0)];
        return FindTwoValues(told) ?? FindWrongOrder(told) ?? FindUnexplained(history, told);
    }

    // Whoever saw a version saw the same value, of the same transaction, and transactions rise with versions.
    private static string? FindTwoValues(ZNodeObservation[] told)
    {
        var seen = new SortedDictionary<int, ZNodeObservation>();
        foreach (ZNodeObservation one in told)
        {
            if (!seen.TryAdd(one.Version, one) && (seen[one.Version].Value != one.Value || seen[one.Version].Mzxid != one.Mzxid))
            {
                return $"Version {one.Version} is {seen[one.Version]} and {one}.";
            }
            if (one.Kind == ZNodeOutcome.Written && one.Expected >= 0 && one.Version != one.Expected + 1)
            {
                return $"{one} asked for another version.";
            }
        }
        foreach ((ZNodeObservation before, ZNodeObservation after) in seen.Values.Zip(seen.Values.Skip(1)))
        {
            if (before.Mzxid >= after.Mzxid)
            {
                return $"The transaction of {after} is not behind that of {before}.";
            }
        }
        return told.Where(one => one.Kind == ZNodeOutcome.Written).GroupBy(one => one.Version).FirstOrDefault(version => version.Count() > 1) is { } twice ? $"Two writes have made {twice.First()}." : null;
    }

    // Whoever begins after another has ended sees at least its version, and a write a later one.
    private static string? FindWrongOrder(ZNodeObservation[] told)
    {
        ZNodeObservation[] byEnd = [.. told.OrderBy(one => one.Ended)];
        ZNodeObservation? newest = null;
        int next = 0;
        foreach (ZNodeObservation one in told)
        {
            for (; next < byEnd.Length && byEnd[next].Ended < one.Began; next++)
            {
                newest = newest is null || byEnd[next].Version > newest.Version ? byEnd[next] : newest;
            }
            if (newest is not null && (one.Version < newest.Version || (one.Kind == ZNodeOutcome.Written && one.Version == newest.Version)))
            {
                return $"{one} began after {newest} had ended.";
            }
        }
        // What is read was written by somebody who had begun.
        Dictionary<int, ZNodeObservation> writes = told.Where(one => one.Kind == ZNodeOutcome.Written).ToDictionary(one => one.Version);
        return told.FirstOrDefault(one => writes.TryGetValue(one.Version, out ZNodeObservation? write) && one.Ended < write.Began) is { } early ? $"{early} came before its write." : null;
    }

    // Every version has a write that was acknowledged, or one of which nobody knows.
    private static string? FindUnexplained(ZNodeObservation[] history, ZNodeObservation[] told)
    {
        HashSet<int> acknowledged = [.. told.Where(one => one.Kind == ZNodeOutcome.Written).Select(one => one.Version)];
        Dictionary<string, ZNodeObservation> unknown = history.Where(one => one.Kind == ZNodeOutcome.Unknown).ToDictionary(one => one.Value!);
        int last = told.Length == 0 ? 0 : told.Max(one => one.Version);
        Dictionary<int, ZNodeObservation> read = [];
        foreach (ZNodeObservation one in told.Where(one => one.Kind == ZNodeOutcome.Read && one.Version > 0 && !acknowledged.Contains(one.Version)))
        {
            read.TryAdd(one.Version, one);
        }
        foreach (ZNodeObservation one in read.Values)
        {
            if (!unknown.Remove(one.Value!, out ZNodeObservation? write) || write.Began > one.Ended || (write.Expected >= 0 && write.Expected + 1 != one.Version))
            {
                return $"{one} is the value of {write?.ToString() ?? "no write that was not refused"}.";
            }
        }
        int unseen = last - acknowledged.Count - read.Count;
        return unseen > unknown.Count ? $"{history[0].Path} has version {last}; {acknowledged.Count} writes were acknowledged and {read.Count + unknown.Count} are not known." : null;
    }
}
