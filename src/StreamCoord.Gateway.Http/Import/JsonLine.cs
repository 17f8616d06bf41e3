using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>
/// A line that is one JSON record object, in the form in which records are shown. Its partition is the one it names, else that of its
/// key, else any. An empty line is none. Used by one import.
/// </summary>
internal sealed class JsonLine(ImportTarget target, ImportBatches batches) : IImportLine, IDisposable
{
    private readonly ImportRecord _record = new();

    public async ValueTask TakeAsync(ReadOnlyMemory<byte> line, long timestampMs)
    {
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }
        _record.Read(line.Span);
        long recordBytes = _record.SizeBytesMax;
        if (!target.Fits(recordBytes))
        {
            throw new LineException(ImportErrors.TooLong(line.Length, target));
        }
        RecordBatchBuilder builder = PartitionOfRecord() is { } partition
            ? await batches.ForPartitionAsync(partition, recordBytes)
            : await batches.ForAnyAsync(recordBytes);
        _record.AppendTo(builder, timestampMs);
    }

    /// <inheritdoc/>
    public void Dispose() => _record.Dispose();

    private int? PartitionOfRecord()
    {
        if (_record.Partition is { } partition)
        {
            return partition < target.PartitionCount
                ? partition
                : throw new LineException(GatewayErrors.InvalidRequest(
                    $"It names partition {partition}, but the topic has the partitions 0 to {target.PartitionCount - 1}."));
        }
        NullableBytes key = _record.Key;
        return key.IsNull ? null : Partitioner.ForKey(key.Span, target.PartitionCount);
    }
}
