using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>
/// Reads concatenated JSON objects from a body, with white space or nothing between them. Holds one object at a time. Used by one request.
/// </summary>
internal sealed class JsonObjectStream(PipeReader input, long objectBytesMax)
{
    private JsonObjectFramer _framer;

    /// <summary>The size of the object that <see cref="ReadAsync"/> returned last.</summary>
    public long ObjectBytes { get; private set; }

    /// <summary>
    /// The next object, whose document the caller disposes; null at the end of the body.
    /// </summary>
    /// <exception cref="JsonException">An object is not JSON; the next one can still be read.</exception>
    /// <exception cref="RequestException">Nothing more can be read: it is not an object, is cut off or too large.</exception>
    public async Task<JsonDocument?> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(stop);
            ReadOnlySequence<byte> buffer = SkipWhiteSpace(result.Buffer);
            if (!buffer.IsEmpty && _framer.TryComplete(buffer))
            {
                return Take(buffer);
            }
            if (buffer.Length > objectBytesMax)
            {
                input.AdvanceTo(result.Buffer.End);
                RequestException.Throw(GatewayErrors.TooLarge(
                    $"A record is larger than the {objectBytesMax} bytes that {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.RequestBodyBytesMax)} allows."));
            }
            input.AdvanceTo(buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                return buffer.IsEmpty
                    ? null
                    : throw new RequestException(GatewayErrors.InvalidRequest("Bad Request: The body ends in the middle of a record."));
            }
        }
    }

    private JsonDocument Take(ReadOnlySequence<byte> buffer)
    {
        ObjectBytes = _framer.ScannedBytes;
        SequencePosition end = buffer.GetPosition(ObjectBytes);
        _framer.Reset();
        try
        {
            // The pipe takes its memory back, so the document must have its own.
            return JsonDocument.Parse(buffer.Slice(0, end).ToArray());
        }
        finally
        {
            input.AdvanceTo(end);
        }
    }

    private ReadOnlySequence<byte> SkipWhiteSpace(ReadOnlySequence<byte> buffer)
    {
        if (_framer.ScannedBytes > 0)
        {
            return buffer;
        }
        var reader = new SequenceReader<byte>(buffer);
        reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r', (byte)'\n');
        if (reader.TryPeek(out byte first) && first != (byte)'{')
        {
            input.AdvanceTo(buffer.End);
            RequestException.Throw(GatewayErrors.InvalidRequest("Bad Request: Each record must be a JSON object, beginning with '{'."));
        }
        return buffer.Slice(reader.Position);
    }
}
