using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>
/// The record of one JSON line, in memory that is used again for the next. Members: key, key_base64, value, value_base64, headers,
/// timestamp, partition; offset is allowed and ignored, so that a page's records can be imported. Not safe for concurrent use.
/// </summary>
internal sealed class ImportRecord : IDisposable
{
    private readonly PooledBuffer _bytes = new();
    private readonly List<RecordHeader> _headers = [];
    private (int At, int Length)? _key;
    private (int At, int Length)? _value;
    private long? _timestampMs;

    /// <summary>The partition that the line names, or null.</summary>
    public int? Partition { get; private set; }

    /// <summary>The key.</summary>
    public NullableBytes Key => Slice(_key);

    /// <summary>The most the record may take in a batch.</summary>
    public long SizeBytesMax
    {
        get
        {
            long size = RecordBatchBuilder.RecordSizeBytesMax(_key?.Length ?? 0, _value?.Length ?? 0);
            foreach (RecordHeader header in _headers)
            {
                // Two lengths, and a name of at most three bytes a character.
                size += 10 + (3L * header.Name.Length) + (header.Value?.Length ?? 0);
            }
            return size;
        }
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineException">It is not such an object.</exception>
    public void Read(ReadOnlySpan<byte> line)
    {
        _bytes.Truncate(0);
        _headers.Clear();
        (_key, _value, _timestampMs, Partition) = (null, null, null, null);
        try
        {
            var reader = new Utf8JsonReader(line);
            ReadObject(ref reader);
            if (reader.Read())
            {
                throw new JsonException("A line holds one object.");
            }
        }
        catch (JsonException exception)
        {
            // Positions count from the start of the line; the caller adds the line's number.
            long position = (exception.BytePositionInLine ?? 0) + 1;
            throw new LineException(FailureTranslation.InvalidJson(exception) with { Extensions = [("position", position)] });
        }
        catch (InvalidOperationException)
        {
            throw new LineException(GatewayErrors.InvalidRequest("It holds text that is not valid UTF-8 or UTF-16."));
        }
    }

    /// <summary>Adds the record to a batch.</summary>
    public void AppendTo(RecordBatchBuilder builder, long timestampMs) => builder.Append(
        _timestampMs ?? timestampMs, Slice(_key), Slice(_value), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_headers));

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private NullableBytes Slice((int At, int Length)? part) =>
        part is { } bytes ? _bytes.WrittenSpan.Slice(bytes.At, bytes.Length) : NullableBytes.Null;

    private void ReadObject(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse("It is not a JSON object.");
        }
        bool hasKey = false;
        bool hasValue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("key_base64"u8))
            {
                _key = ReadOnce(ref reader, ref hasKey);
            }
            else if (reader.ValueTextEquals("value"u8) || reader.ValueTextEquals("value_base64"u8))
            {
                _value = ReadOnce(ref reader, ref hasValue);
            }
            else if (reader.ValueTextEquals("headers"u8))
            {
                ReadHeaders(ref reader);
            }
            else
            {
                ReadNumber(ref reader);
            }
        }
    }

    private (int At, int Length)? ReadOnce(ref Utf8JsonReader reader, ref bool has)
    {
        bool isBase64 = reader.ValueSpan.EndsWith("_base64"u8);
        string name = reader.GetString()!;
        if (has)
        {
            Refuse($"It has more than one '{name}' or its base64 form; give one.");
        }
        has = true;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        if (reader.TokenType != JsonTokenType.String)
        {
            Refuse($"Its '{name}' is neither a string nor null.");
        }
        return isBase64 ? CopyBase64(ref reader, name) : CopyText(ref reader);
    }

    private (int At, int Length) CopyText(ref Utf8JsonReader reader)
    {
        int at = _bytes.WrittenBytes;
        int length = reader.CopyString(_bytes.GetSpan(reader.ValueSpan.Length + 1));
        _bytes.Advance(length);
        return (at, length);
    }

    private (int At, int Length) CopyBase64(ref Utf8JsonReader reader, string name)
    {
        (int at, int length) = CopyText(ref reader);
        OperationStatus status = Base64.DecodeFromUtf8InPlace(_bytes.WrittenSpan.Slice(at, length), out int decoded);
        if (status != OperationStatus.Done)
        {
            Refuse($"Its '{name}' is not base64.");
        }
        _bytes.Truncate(at + decoded);
        return (at, decoded);
    }

    private void ReadNumber(ref Utf8JsonReader reader)
    {
        string name = reader.GetString()!;
        reader.Read();
        switch (name)
        {
            case "timestamp" when reader.TokenType == JsonTokenType.Null:
            case "partition" when reader.TokenType == JsonTokenType.Null:
                return;
            case "timestamp" when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long timestampMs):
                _timestampMs = timestampMs;
                return;
            case "partition" when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int partition) && partition >= 0:
                Partition = partition;
                return;
            case "offset":
                reader.Skip();
                return;
            case "timestamp" or "partition":
                Refuse($"Its '{name}' is not a whole number in range.");
                return;
            default:
                Refuse($"It has a member '{name}'; known are key, key_base64, value, value_base64, headers, timestamp and partition.");
                return;
        }
    }

    private void ReadHeaders(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Refuse("Its 'headers' is not an array.");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            _headers.Add(ReadHeader(ref reader));
        }
        if (reader.TokenType != JsonTokenType.EndArray)
        {
            Refuse("Its 'headers' holds something that is not an object.");
        }
    }

    private RecordHeader ReadHeader(ref Utf8JsonReader reader)
    {
        string? name = null;
        ReadOnlyMemory<byte>? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isName = reader.ValueTextEquals("name"u8);
            bool isText = reader.ValueTextEquals("value"u8);
            bool isBase64 = reader.ValueTextEquals("value_base64"u8);
            reader.Read();
            if (!(isName || isText || isBase64) || reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
            {
                Refuse("A header has a 'name' and a 'value' or 'value_base64', strings all of them.");
            }
            if (isName)
            {
                name = reader.GetString();
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                (int at, int length) = isText ? CopyText(ref reader) : CopyBase64(ref reader, "value_base64");
                value = _bytes.WrittenSpan.Slice(at, length).ToArray();
            }
        }
        if (name is null)
        {
            Refuse("A header has no 'name'.");
        }
        return new RecordHeader(name, value);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Refuse(string detail) => throw new LineException(GatewayErrors.InvalidRequest(detail));
}
