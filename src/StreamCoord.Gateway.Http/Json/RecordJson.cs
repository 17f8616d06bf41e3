using System.Text.Json;
using System.Text.Unicode;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>A record as /v1 shows it: text where the bytes are UTF-8, base64 where they are not, null where they are null.</summary>
internal static class RecordJson
{
    public static void Write(Utf8JsonWriter writer, int partition, scoped in RecordView record)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partition", partition);
        writer.WriteNumber("offset", record.Offset.Value);
        writer.WriteNumber("timestamp", record.TimestampMs);
        WriteBytes(writer, "key", "key_base64", record.Key);
        WriteBytes(writer, "value", "value_base64", record.Value);
        writer.WriteStartArray("headers");
        foreach (RecordHeaderView header in record.Headers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", header.Name);
            WriteBase64(writer, "value_base64", header.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter writer, string textName, string base64Name, NullableBytes bytes)
    {
        if (bytes.IsNull)
        {
            writer.WriteNull(textName);
        }
        else if (Utf8.IsValid(bytes.Span))
        {
            writer.WriteString(textName, bytes.Span);
        }
        else
        {
            writer.WriteBase64String(base64Name, bytes.Span);
        }
    }

    private static void WriteBase64(Utf8JsonWriter writer, string name, NullableBytes bytes)
    {
        if (bytes.IsNull)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteBase64String(name, bytes.Span);
        }
    }
}
