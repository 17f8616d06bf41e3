using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>Writes the delivery reports of Confluent's produce API.</summary>
internal static class ProduceJson
{
    /// <summary>One report of POST records: a success with error_code 200, or an error.</summary>
    public static void WriteReport(Utf8JsonWriter writer, string clusterId, string topic, ProduceOutcome outcome)
    {
        if (outcome.Error is { } error)
        {
            ErrorResponse.WriteConfluent(writer, error);
            return;
        }
        writer.WriteStartObject();
        writer.WriteNumber("error_code", StatusCodes.Status200OK);
        WritePlace(writer, clusterId, topic, outcome);
        writer.WriteEndObject();
    }

    /// <summary>A success of POST records:batch.</summary>
    public static void WriteSuccess(Utf8JsonWriter writer, string id, string clusterId, string topic, ProduceOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        WritePlace(writer, clusterId, topic, outcome);
        writer.WriteEndObject();
    }

    /// <summary>A failure of POST records:batch.</summary>
    public static void WriteFailure(Utf8JsonWriter writer, string id, GatewayError error)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteNumber("error_code", error.ConfluentCode);
        writer.WriteString("message", error.Detail);
        writer.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter writer, string clusterId, string topic, ProduceOutcome outcome)
    {
        writer.WriteString("cluster_id", clusterId);
        writer.WriteString("topic_name", topic);
        writer.WriteNumber("partition_id", outcome.Partition);
        writer.WriteNumber("offset", outcome.Offset.Value);
        writer.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(outcome.TimestampMs)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture));
        WriteData(writer, "key", outcome.Record!.KeyFormat, outcome.Record.Key);
        WriteData(writer, "value", outcome.Record.ValueFormat, outcome.Record.Value);
    }

    private static void WriteData(Utf8JsonWriter writer, string name, string? format, byte[]? bytes)
    {
        if (format is null)
        {
            return;
        }
        writer.WriteStartObject(name);
        writer.WriteString("type", format);
        writer.WriteNumber("size", bytes?.Length ?? 0);
        writer.WriteEndObject();
    }
}
