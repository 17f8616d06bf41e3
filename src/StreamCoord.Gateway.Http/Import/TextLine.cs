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
        ValueTask<RecordBatchBuilder> builder = batches.ForAnyAsync(recordBytes);
        if (!builder.IsCompletedSuccessfully)
        {
            return TakeSlowAsync(builder, line, timestampMs);
        }
        builder.Result.Append(timestampMs, NullableBytes.Null, line.Span);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask TakeSlowAsync(ValueTask<RecordBatchBuilder> builder, ReadOnlyMemory<byte> line, long timestampMs) =>
        (await builder).Append(timestampMs, NullableBytes.Null, line.Span);
}
