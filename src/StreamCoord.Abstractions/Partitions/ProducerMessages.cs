namespace StreamCoord.Partitions;

/// <summary>What a partition remembers of an idempotent producer.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Epoch">Its newest epoch.</param>
/// <param name="LastSequence">The sequence number of its last record, or -1.</param>
/// <param name="LastTimestampMs">The largest timestamp of its last batch, or -1. Milliseconds since 1970.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that decided its last transaction, or -1.</param>
/// <param name="OpenTransactionFrom">The first record of its open transaction, or <see cref="Offset.None"/>.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ProducerDescription")]
public sealed record ProducerDescription(
    [property: Id(0)] long ProducerId,
    [property: Id(1)] short Epoch,
    [property: Id(2)] int LastSequence,
    [property: Id(3)] long LastTimestampMs,
    [property: Id(4)] int CoordinatorEpoch,
    [property: Id(5)] Offset OpenTransactionFrom);

/// <summary>The producers that a partition remembers (Kafka's DescribeProducers).</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Producers">The producers; empty on failure.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ProducersReply")]
public sealed record ProducersReply(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] IReadOnlyList<ProducerDescription> Producers);
