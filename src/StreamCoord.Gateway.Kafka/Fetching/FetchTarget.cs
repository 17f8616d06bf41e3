using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>One partition of a fetch. Immutable.</summary>
/// <param name="Topic">The topic; null when there is none of that identity.</param>
/// <param name="TopicId">Its identity, where the client calls it by that; else zero.</param>
/// <param name="Wanted">What is wanted of it.</param>
internal sealed record FetchTarget(string? Topic, Guid TopicId, FetchRequest.FetchPartition Wanted)
{
    /// <summary>The partition.</summary>
    public TopicPartition Partition => new(Topic ?? "", Wanted.Partition);
}
