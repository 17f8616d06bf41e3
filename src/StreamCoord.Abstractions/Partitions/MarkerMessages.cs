namespace StreamCoord.Partitions;

/// <summary>Ends a producer's transaction in one partition, as its coordinator has decided.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch; older ones may not write any more.</param>
/// <param name="IsCommit">True when its records count, false when they are to be dropped.</param>
/// <param name="CoordinatorEpoch">The coordinator's term.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ProducerMarker")]
public readonly record struct ProducerMarker(
    [property: Id(0)] long ProducerId, [property: Id(1)] short ProducerEpoch, [property: Id(2)] bool IsCommit, [property: Id(3)] int CoordinatorEpoch);

/// <summary>The outcome of a marker; it is durable when there is no error.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.MarkerReply")]
public sealed record MarkerReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message);
