namespace StreamCoord.Coordination.Quotas;

/// <summary>The quota of one znode. Guarded by whoever guards its <see cref="QuotaTable"/>.</summary>
public sealed class QuotaEntry
{
    internal QuotaEntry(string path, QuotaLimits limits) => (Path, Limits) = (path, limits);

    /// <summary>The znode that has the quota.</summary>
    public string Path { get; }

    /// <summary>What is allowed.</summary>
    public QuotaLimits Limits { get; }

    /// <summary>What is used.</summary>
    public QuotaUsage Usage { get; internal set; }
}
