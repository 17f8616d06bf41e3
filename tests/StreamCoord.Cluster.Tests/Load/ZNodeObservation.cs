namespace StreamCoord.Cluster.Tests.Load;

/// <summary>One request for a znode and what came back.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Kind">What was asked, and how it ended.</param>
/// <param name="Expected">For a write, the version it asked for; -1 for any.</param>
/// <param name="Value">What was written or read; null where it is not known.</param>
/// <param name="Version">The znode's version afterwards; -1 where it is not known.</param>
/// <param name="Mzxid">The transaction that has written the value.</param>
/// <param name="Began">Before the request was sent. The clock counts: of two readings the later is the larger.</param>
/// <param name="Ended">After the answer had come.</param>
internal sealed record ZNodeObservation(string Path, ZNodeOutcome Kind, int Expected, string? Value, int Version, long Mzxid, long Began, long Ended);

internal enum ZNodeOutcome
{
    /// <summary>A read behind a sync.</summary>
    Read,

    /// <summary>A write that was carried out.</summary>
    Written,

    /// <summary>A write that was refused because the version was another one.</summary>
    Refused,

    /// <summary>A write of which nobody knows whether it was carried out.</summary>
    Unknown,
}
