using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>What became of a record: its place, or the error.</summary>
/// <param name="Error">Null when the record is durable.</param>
/// <param name="Record">The record; null when it could not even be read.</param>
/// <param name="Partition">The partition it lies in; -1 when it does not.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="TimestampMs">Its timestamp as stored, in milliseconds since 1970.</param>
internal sealed record ProduceOutcome(GatewayError? Error, ProduceRecord? Record, int Partition, Offset Offset, long TimestampMs)
{
    public static ProduceOutcome Failed(GatewayError error) => new(error, null, -1, Offset.None, -1);
}
