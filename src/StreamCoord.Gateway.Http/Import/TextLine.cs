using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>A line of text: the record's value as it stands, without a key.</summary>
internal sealed class TextLine(ImportTarget target, ImportBatches batches) : IImportLine
{
    public ValueTask TakeAsync(ReadOnlyMemory<byte> line, long timestampMs)
    {
        long recordBytes = RecordBatchBuilder.RecordSizeBytesMax(0, line.Length);
        if (!target.Fits(recordBytes))
        {
            throw new LineException(ImportErrors.TooLong(line.Length, target));
        }
        if (batches.TryForAny(recordBytes) is { } builder)
        {
            builder.Append(timestampMs, NullableBytes.Null, line.Span);
            return ValueTask.CompletedTask;
        }
        return TakeSlowAsync(line, recordBytes, timestampMs);
    }

    private async ValueTask TakeSlowAsync(ReadOnlyMemory<byte> line, long recordBytes, long timestampMs) =>
        (await batches.ForAnyAsync(recordBytes)).Append(timestampMs, NullableBytes.Null, line.Span);
}
