namespace StreamCoord.Brokers;

/// <summary>Takes all copies of partitions away from a broker, before it is stopped for good. Safe for concurrent use.</summary>
public interface IBrokerDrain
{
    /// <summary>
    /// Begins to move what the broker keeps to others that live, each copy to one that has few; what is on its way already goes on. Ends when that is durable: ask again to see how much is left. A live broker keeps its
    /// copy of the znode tree, which goes when it is drained once more after its end.
    /// </summary>
    Task<DrainReply> DrainAsync(NodeId broker);
}

/// <summary>What is left of a broker. Immutable.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>; <see cref="ErrorCode.InvalidReplicationFactor"/>, and nothing is moved, when there are too few others for as many copies;
/// <see cref="ErrorCode.KafkaStorageError"/> when the leadership table cannot be read or written.</param>
/// <param name="Message">Why; null without an error.</param>
/// <param name="PartitionsLeft">How many partitions it still keeps that are to go.</param>
public sealed record DrainReply(ErrorCode Error, string? Message, int PartitionsLeft);
