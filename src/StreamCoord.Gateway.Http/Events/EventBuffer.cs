using System.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Events;

/// <summary>Server-sent events on their way to a client. Owns a buffer; the caller sends it and clears it. Not safe for concurrent use.</summary>
internal sealed class EventBuffer : IDisposable
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonReply.WriterOptions);

    /// <summary>What is to be sent; an event's id and name are written to it as they are.</summary>
    public PooledBuffer Bytes { get; } = new();

    /// <summary>Forgets what was sent.</summary>
    public void Clear() => Bytes.Truncate(0);

    /// <summary>A line that clients ignore.</summary>
    public void WriteComment(string text) => Bytes.Write(Encoding.UTF8.GetBytes($": {text.ReplaceLineEndings(" ")}\n\n"));

    /// <summary>Begins the line of an event's data, one JSON value.</summary>
    public Utf8JsonWriter BeginData()
    {
        Bytes.Write("data: "u8);
        _json.Reset(Bytes);
        return _json;
    }

    /// <summary>Ends the line and the event.</summary>
    public void EndData()
    {
        _json.Flush();
        Bytes.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        Bytes.Dispose();
    }
}
