using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>Reads the JSON form of a record in Confluent's produce API. Pure.</summary>
internal static class ProduceRecordParser
{
    private const string Binary = "BINARY";
    private const string Json = "JSON";
    private const string Text = "STRING";

    /// <summary>Reads a record.</summary>
    /// <param name="record">The record's object; its <c>id</c> is the business of the caller.</param>
    /// <param name="nowMs">The time of a record that brings none.</param>
    /// <exception cref="RequestException">It is not such an object; the error says what is wrong.</exception>
    public static ProduceRecord Parse(JsonElement record, long nowMs)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw Refusal("A record is a JSON object.");
        }
        (byte[]? key, string? keyFormat) = ParseData(record, "key");
        (byte[]? value, string? valueFormat) = ParseData(record, "value");
        return new ProduceRecord(ParsePartition(record), ParseTimestamp(record) ?? nowMs, key, value, ParseHeaders(record), keyFormat, valueFormat);
    }

    private static int? ParsePartition(JsonElement record)
    {
        if (!TryGet(record, "partition_id", out JsonElement partition))
        {
            return null;
        }
        if (partition.ValueKind != JsonValueKind.Number || !partition.TryGetInt32(out int number))
        {
            throw Refusal("'partition_id' is not a whole number.");
        }
        return number >= 0 ? number : throw new RequestException(GatewayErrors.PartitionNotFound($"Partition not found. There is no partition {number}."));
    }

    private static long? ParseTimestamp(JsonElement record)
    {
        if (!TryGet(record, "timestamp", out JsonElement timestamp))
        {
            return null;
        }
        if (timestamp.ValueKind != JsonValueKind.String
            || !DateTimeOffset.TryParse(timestamp.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            throw Refusal("'timestamp' is not a time such as \"2026-02-05T19:14:42Z\".");
        }
        return time.ToUnixTimeMilliseconds();
    }

    private static RecordHeader[] ParseHeaders(JsonElement record)
    {
        if (!TryGet(record, "headers", out JsonElement headers))
        {
            return [];
        }
        if (headers.ValueKind != JsonValueKind.Array)
        {
            throw Refusal("'headers' is not an array.");
        }
        return [.. headers.EnumerateArray().Select(ParseHeader)];
    }

    private static RecordHeader ParseHeader(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object || !TryGet(header, "name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            throw Refusal("A header is an object with a 'name'.");
        }
        byte[]? value = null;
        if (TryGet(header, "value", out JsonElement encoded) && (encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out value)))
        {
            throw Refusal($"The value of header '{name.GetString()}' is not a base64 string.");
        }
        return new RecordHeader(name.GetString()!, value is null ? null : (ReadOnlyMemory<byte>?)value);
    }

    private static (byte[]? Bytes, string? Format) ParseData(JsonElement record, string member)
    {
        if (!TryGet(record, member, out JsonElement holder))
        {
            return (null, null);
        }
        if (holder.ValueKind != JsonValueKind.Object)
        {
            throw Refusal($"'{member}' is not an object with 'type' and 'data'.");
        }
        string format = ParseFormat(holder, member);
        return TryGet(holder, "data", out JsonElement data) ? (Serialise(format, data), format) : (null, format);
    }

    private static string ParseFormat(JsonElement holder, string member)
    {
        string? format = TryGet(holder, "type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
        if (format is not (Binary or Json or Text))
        {
            RequestException.Throw(GatewayErrors.Unprocessable(format is null
                ? $"'{member}' has no 'type'. Give BINARY, JSON or STRING; schemas are not supported."
                : $"'{member}' has the type {format}. BINARY, JSON and STRING are supported; schemas are not."));
        }
        return format;
    }

    private static byte[] Serialise(string format, JsonElement data)
    {
        switch (format)
        {
            case Json:
                return SerialiseJson(data);
            case Text when data.ValueKind == JsonValueKind.String:
                return Encoding.UTF8.GetBytes(data.GetString()!);
            case Binary when data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out byte[]? bytes):
                return bytes;
        }
        throw new RequestException(GatewayErrors.InvalidRequest($"Bad Request: data={Excerpt(data)} is not a {(format == Text ? "string" : "base64 string")}."));
    }

    private static byte[] SerialiseJson(JsonElement data)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, JsonReply.WriterOptions))
        {
            data.WriteTo(writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string Excerpt(JsonElement data)
    {
        const int LengthMax = 100;
        string text = data.ToString();
        return text.Length <= LengthMax ? text : $"{text.AsSpan(0, LengthMax)}…";
    }

    /// <summary>A member that is there and not null.</summary>
    private static bool TryGet(JsonElement holder, string name, out JsonElement value) =>
        holder.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static RequestException Refusal(string detail) => new(GatewayErrors.InvalidRequest($"Bad Request: {detail}"));
}
