using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>Something to be written to a stream: what a partition's fetch brought, or, without a reply, a sign of life.</summary>
/// <param name="Partition">The partition; -1 for a sign of life.</param>
/// <param name="Reply">The reply, whose data the receiver disposes.</param>
internal readonly record struct StreamItem(int Partition, FetchReply? Reply)
{
    /// <summary>A sign of life.</summary>
    public static StreamItem Heartbeat => new(-1, null);
}
