using System.IO.Pipelines;
using System.Text.Json;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>
/// Writes the answer to one fetch as a page of records. The batches' CRCs are checked before the first byte is written. Leaves out
/// what lies before the offset asked for, at or after the high watermark, and markers. Not safe for concurrent use.
/// </summary>
internal sealed class RecordPage(int partition, Offset from, FetchReply reply)
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>Compressed batches may become far larger as JSON; a page ends here and says where to go on.</summary>
    private const long JsonBytesMax = 64 * 1024 * 1024;

    private Offset _next = from;
    private bool _full;

    /// <summary>Null when every batch is sound, else a sentence.</summary>
    public static string? CheckBatches(ReadOnlySpan<byte> bytes)
    {
        var sequence = new BatchSequence(bytes);
        while (sequence.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            BatchProblem problem = BatchValidator.CheckStored(batch);
            if (problem != BatchProblem.None)
            {
                return problem.Describe();
            }
        }
        return sequence.Problem == BatchProblem.None ? null : sequence.Problem.Describe();
    }

    /// <summary>Writes the page; the response's header must be set.</summary>
    /// <exception cref="InvalidDataException">A batch whose CRC is right cannot be decoded.</exception>
    public async Task WriteAsync(PipeWriter output, CancellationToken stop)
    {
        await using var writer = new Utf8JsonWriter(output, JsonReply.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("records");
        Memory<byte> rest = reply.Data.Bytes;
        while (!_full && BatchHeader.TryRead(rest.Span, out BatchHeader header))
        {
            WriteBatch(writer, rest.Span[..header.SizeBytes]);
            rest = rest[header.SizeBytes..];
            if (writer.BytesPending >= FlushBytes)
            {
                await writer.FlushAsync(stop);
                await output.FlushAsync(stop);
            }
        }
        writer.WriteEndArray();
        writer.WriteNumber("next_offset", _next.Value);
        writer.WriteNumber("high_watermark", reply.HighWatermark.Value);
        writer.WriteEndObject();
        await writer.FlushAsync(stop);
        await output.FlushAsync(stop);
    }

    private void WriteBatch(Utf8JsonWriter writer, ReadOnlySpan<byte> batch)
    {
        using var reader = new RecordReader(batch);
        BatchHeader header = reader.Header;
        while (!header.IsControl && reader.MoveNext(out RecordView record))
        {
            if (record.Offset < _next)
            {
                continue;
            }
            _full = writer.BytesCommitted + writer.BytesPending >= JsonBytesMax;
            if (_full || record.Offset >= reply.HighWatermark)
            {
                _full = true;
                return;
            }
            RecordJson.Write(writer, partition, record);
            _next = record.Offset + 1;
        }
        if (reader.Problem != BatchProblem.None)
        {
            throw new InvalidDataException(reader.Problem.Describe());
        }
        _next = Offset.Max(_next, Offset.Min(header.NextOffset, reply.HighWatermark));
    }
}
