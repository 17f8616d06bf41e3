using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// Gathers the answer to one read of a consumer: the JSON of records, and the moves that belong to it. Takes at most so many bytes of keys and values, but always a first record. Not safe for
/// concurrent use; dispose it to give its memory back.
/// </summary>
internal sealed class ConsumedRecords : IDisposable
{
    /// <summary>The most records in one answer: each takes about 70 bytes of JSON beside its key and value.</summary>
    private const int RecordsMax = 100_000;

    private readonly PooledBuffer _body = new();
    private readonly Utf8JsonWriter _writer;
    private readonly EmbeddedFormat _format;
    private readonly long _bytesMax;
    private readonly List<(FetchPlan Plan, Offset Next)> _moves = [];
    private long _bytes;
    private int _foundCount;

    /// <summary>Begins an answer.</summary>
    public ConsumedRecords(EmbeddedFormat format, long bytesMax)
    {
        (_format, _bytesMax) = (format, bytesMax);
        _writer = new Utf8JsonWriter(_body, JsonReply.WriterOptions);
        _writer.WriteStartArray();
    }

    /// <summary>How many records it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether nothing more fits.</summary>
    public bool IsFull { get; private set; }

    /// <summary>How much of a log is worth reading for it.</summary>
    public int WantedBytes => (int)Math.Clamp(_bytesMax - _bytes, 1, int.MaxValue);

    /// <summary>The moves that belong to the records.</summary>
    public IReadOnlyList<(FetchPlan Plan, Offset Next)> Moves => _moves;

    /// <summary>The answer. Nothing is added after this.</summary>
    public ReadOnlyMemory<byte> Complete()
    {
        _writer.WriteEndArray();
        _writer.Flush();
        return _body.WrittenMemory;
    }

    /// <summary>Adds what a fetch found, as much as fits. The state moves by <paramref name="tryAdvance"/>; when that says no, nothing is added.</summary>
    /// <exception cref="RequestException">The first record that is left cannot be shown: its batch is damaged, or it is not JSON.</exception>
    public void Add(FetchPlan plan, FetchReply reply, Func<FetchPlan, Offset, bool> tryAdvance)
    {
        if (RecordPage.CheckBatches(reply.Data.Bytes.Span) is { } damage)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.CorruptMessage, $"Partition {plan.Partition} cannot be read from offset {plan.From} on: {damage}"));
        }
        (Offset next, GatewayError? problem) = FindEnd(plan, reply);
        if (problem is not null && next == plan.From && Count == 0)
        {
            RequestException.Throw(problem);
        }
        if (next == plan.From || !tryAdvance(plan, next))
        {
            return;
        }
        _moves.Add((plan, next));
        foreach (Range batch in Batches(reply.Data.Bytes.Span))
        {
            Write(plan, reply.Data.Bytes.Span[batch], next);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _body.Dispose();
    }

    /// <summary>Where the records end that fit and can be shown, and why they end there if it is not for want of room.</summary>
    private (Offset Next, GatewayError? Problem) FindEnd(FetchPlan plan, FetchReply reply)
    {
        Offset next = plan.From;
        ReadOnlySpan<byte> bytes = reply.Data.Bytes.Span;
        bool isFirst = Count == 0;
        foreach (Range range in Batches(bytes))
        {
            using var reader = new RecordReader(bytes[range]);
            while (!reader.Header.IsControl && reader.MoveNext(out RecordView record))
            {
                if (record.Offset < plan.From)
                {
                    continue;
                }
                if (record.Offset >= reply.HighWatermark)
                {
                    return (next, null);
                }
                if (_format == EmbeddedFormat.Json && !(IsJson(record.Key) && IsJson(record.Value)))
                {
                    return (next, V2Errors.Conversion($"the record at offset {record.Offset} of partition {plan.Partition} is not JSON. Read it with a consumer of the format binary."));
                }
                _bytes += record.Key.Span.Length + record.Value.Span.Length;
                if ((_bytes > _bytesMax || IsFull) && !isFirst)
                {
                    IsFull = true;
                    return (next, null);
                }
                isFirst = false;
                IsFull = _bytes >= _bytesMax || ++_foundCount >= RecordsMax;
                next = record.Offset + 1;
            }
            if (reader.Problem != BatchProblem.None)
            {
                return (next, GatewayErrors.Of(ErrorCode.CorruptMessage, $"Partition {plan.Partition} cannot be read from offset {next} on: {reader.Problem.Describe()}"));
            }
            next = Offset.Max(next, Offset.Min(reader.Header.NextOffset, reply.HighWatermark));
        }
        return (next, null);
    }

    private void Write(FetchPlan plan, ReadOnlySpan<byte> batch, Offset end)
    {
        using var reader = new RecordReader(batch);
        while (!reader.Header.IsControl && reader.MoveNext(out RecordView record) && record.Offset < end)
        {
            if (record.Offset < plan.From)
            {
                continue;
            }
            Count++;
            _writer.WriteStartObject();
            _writer.WriteString("topic", plan.Partition.Topic);
            WriteData("key", record.Key);
            WriteData("value", record.Value);
            _writer.WriteNumber("partition", plan.Partition.Partition);
            _writer.WriteNumber("offset", record.Offset.Value);
            _writer.WriteEndObject();
        }
    }

    private void WriteData(string name, NullableBytes data)
    {
        if (data.IsNull)
        {
            _writer.WriteNull(name);
        }
        else if (_format == EmbeddedFormat.Binary)
        {
            _writer.WriteBase64String(name, data.Span);
        }
        else
        {
            _writer.WritePropertyName(name);
            _writer.WriteRawValue(data.Span, skipInputValidation: true);
        }
    }

    private static List<Range> Batches(ReadOnlySpan<byte> bytes)
    {
        var ranges = new List<Range>();
        var sequence = new BatchSequence(bytes);
        int from = 0;
        while (sequence.MoveNext(out _, out _))
        {
            ranges.Add(from..sequence.ConsumedBytes);
            from = sequence.ConsumedBytes;
        }
        return ranges;
    }

    private static bool IsJson(NullableBytes data)
    {
        if (data.IsNull)
        {
            return true;
        }
        var reader = new Utf8JsonReader(data.Span);
        try
        {
            return JsonDocumentIsWhole(ref reader);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool JsonDocumentIsWhole(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }
        reader.Skip();
        return !reader.Read();
    }
}
