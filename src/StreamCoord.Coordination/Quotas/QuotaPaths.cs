namespace StreamCoord.Coordination.Quotas;

/// <summary>
/// Where the quota of a znode stands: its limits and its usage are two znodes below <see cref="ZNodePath.Quota"/>. The root has no quota. Safe for concurrent use.
/// </summary>
public static class QuotaPaths
{
    private const string Limits = "/zookeeper_limits";
    private const string Stats = "/zookeeper_stats";

    /// <summary>The path of the znode with the limits of <paramref name="path"/>.</summary>
    public static string LimitsOf(string path) => ZNodePath.Quota + path + Limits;

    /// <summary>The path of the znode with the usage of <paramref name="path"/>.</summary>
    public static string StatsOf(string path) => ZNodePath.Quota + path + Stats;

    /// <summary>The znode that a limits znode is for; null when the path is not that of a limits znode. Cheap when it is not.</summary>
    public static string? PrefixOfLimits(ReadOnlySpan<char> path) => PrefixOf(path, Limits);

    /// <summary>The znode that a stats znode is for; null when the path is not that of a stats znode. Cheap when it is not.</summary>
    public static string? PrefixOfStats(ReadOnlySpan<char> path) => PrefixOf(path, Stats);

    private static string? PrefixOf(ReadOnlySpan<char> path, string end)
    {
        if (!path.EndsWith(end) || !path.StartsWith(ZNodePath.Quota) || path.Length <= ZNodePath.Quota.Length + end.Length)
        {
            return null;
        }
        ReadOnlySpan<char> prefix = path[ZNodePath.Quota.Length..^end.Length];
        return prefix[0] == '/' ? prefix.ToString() : null;
    }
}
