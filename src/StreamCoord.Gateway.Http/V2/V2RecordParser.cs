using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>Reads the records of a produce request of v2. Pure.</summary>
internal static class V2RecordParser
{
    /// <summary>Every record of a request.</summary>
    /// <param name="body">The request's body: an object with 'records'.</param>
    /// <param name="format">How keys and values stand in it.</param>
    /// <param name="partition">The partition that the path names; null when each record may name one.</param>
    /// <param name="recordsMax">How many there may be.</param>
    /// <param name="nowMs">The records' time, milliseconds since 1970.</param>
    /// <exception cref="RequestException">The body is not such a request.</exception>
    public static List<ProduceRecord> Parse(JsonElement body, EmbeddedFormat format, int? partition, int recordsMax, long nowMs)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("records", out JsonElement array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() == 0)
        {
            throw new RequestException(GatewayErrors.Unprocessable("Payload error. 'records' is required: an array of records."));
        }
        if (array.GetArrayLength() > recordsMax)
        {
            throw new RequestException(GatewayErrors.Unprocessable(string.Create(CultureInfo.InvariantCulture,
                $"Payload error. There are {array.GetArrayLength()} records, and may be {recordsMax} ({HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.ProduceRecordsMax)}).")));
        }
        var records = new List<ProduceRecord>(array.GetArrayLength());
        foreach (JsonElement record in array.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object)
            {
                throw new RequestException(GatewayErrors.Unprocessable("Payload error. A record is an object with 'key' and 'value'."));
            }
            records.Add(new ProduceRecord(partition ?? ParsePartition(record), nowMs, ParseData(record, "key", format), ParseData(record, "value", format), [], null, null));
        }
        return records;
    }

    private static int? ParsePartition(JsonElement record)
    {
        if (!record.TryGetProperty("partition", out JsonElement partition) || partition.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return partition.ValueKind == JsonValueKind.Number && partition.TryGetInt32(out int number) && number >= 0
            ? number
            : throw new RequestException(GatewayErrors.Unprocessable("Payload error. 'partition' is a number from 0 on."));
    }

    private static byte[]? ParseData(JsonElement record, string member, EmbeddedFormat format)
    {
        if (!record.TryGetProperty(member, out JsonElement data) || data.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (format == EmbeddedFormat.Json)
        {
            using var buffer = new PooledBuffer();
            using (var writer = new Utf8JsonWriter(buffer, JsonReply.WriterOptions))
            {
                data.WriteTo(writer);
            }
            return buffer.WrittenSpan.ToArray();
        }
        return data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : throw new RequestException(V2Errors.Conversion($"'{member}' is not a string of base64."));
    }
}
