using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>A record that a client wants produced, with its bytes as they will lie in the log. Immutable.</summary>
/// <param name="Partition">The partition asked for, or null.</param>
/// <param name="TimestampMs">The record's time in milliseconds since 1970.</param>
/// <param name="Key">The key, or null.</param>
/// <param name="Value">The value, or null.</param>
/// <param name="Headers">The headers, in their order.</param>
/// <param name="KeyFormat">The format the key came in; null when there was no key member.</param>
/// <param name="ValueFormat">As for the key.</param>
internal sealed record ProduceRecord(
    int? Partition, long TimestampMs, byte[]? Key, byte[]? Value, RecordHeader[] Headers, string? KeyFormat, string? ValueFormat)
{
    /// <summary>The most the record may take in a batch.</summary>
    public long SizeBytesMax =>
        RecordBatchBuilder.RecordSizeBytesMax(Key?.Length ?? 0, Value?.Length ?? 0) + Headers.Sum(HeaderSizeBytesMax);

    // Two lengths of at most five bytes, and a name of at most three bytes a character.
    private static long HeaderSizeBytesMax(RecordHeader header) => 10 + (3L * header.Name.Length) + (header.Value?.Length ?? 0);
}
