using StreamCoord.Gateway.Http.Events;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>
/// Turns what the tails of a stream find into server-sent events: a record is an unnamed event whose id is the stream's position behind
/// it; what could not be read is a comment. Owns a buffer; the caller sends it after each call. Not safe for concurrent use.
/// </summary>
internal sealed class EventWriter(StreamPosition position) : IDisposable
{
    private readonly EventBuffer _events = new();

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _events.Bytes.WrittenMemory;

    /// <summary>Forgets what was sent.</summary>
    public void Clear() => _events.Clear();

    /// <summary>A line that clients ignore.</summary>
    public void WriteComment(string text) => _events.WriteComment(text);

    /// <summary>
    /// One batch of a partition. Returns false, with a comment written, when it cannot be read; the position is behind it all the same.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="batch">One whole batch.</param>
    /// <param name="highWatermark">Where to stop.</param>
    public bool WriteBatch(int partition, ReadOnlySpan<byte> batch, Offset highWatermark)
    {
        BatchProblem problem = BatchValidator.CheckStored(batch);
        using var reader = new RecordReader(batch);
        Offset from = position[partition] ?? Offset.Zero;
        while (problem == BatchProblem.None && !reader.Header.IsControl && reader.MoveNext(out RecordView record))
        {
            if (record.Offset >= from && record.Offset < highWatermark)
            {
                position.Set(partition, record.Offset + 1);
                WriteRecord(partition, record);
            }
        }
        problem = problem == BatchProblem.None ? reader.Problem : problem;
        if (problem != BatchProblem.None)
        {
            WriteComment($"partition {partition}: the records from offset {reader.Header.BaseOffset} to {reader.Header.LastOffset} cannot be read: {problem.Describe()}");
        }
        position.Set(partition, Offset.Max(from, Offset.Min(reader.Header.NextOffset, highWatermark)));
        return problem == BatchProblem.None;
    }

    /// <summary>A reply that brought no records but a reason; moves the position where it says.</summary>
    public void WriteGap(int partition, FetchReply reply)
    {
        Offset next = reply.Error == ErrorCode.CorruptMessage ? reply.SkipTo : reply.LogStartOffset;
        WriteComment($"partition {partition}: {reply.Message} Going on at offset {next}.");
        position.Set(partition, next);
    }

    /// <inheritdoc/>
    public void Dispose() => _events.Dispose();

    private void WriteRecord(int partition, scoped in RecordView record)
    {
        _events.Bytes.Write("id: "u8);
        position.Write(_events.Bytes);
        _events.Bytes.Write("\n"u8);
        RecordJson.Write(_events.BeginData(), partition, record);
        _events.EndData();
    }
}
