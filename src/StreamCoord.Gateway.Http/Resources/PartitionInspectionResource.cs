using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Questions about one partition's log: which offset belongs to a time, and whether all its bytes are sound. Safe for concurrent use.</summary>
internal sealed class PartitionInspectionResource(IGrainFactory grains, PartitionReads reads)
{
    /// <summary>GET …/offset?at=: the offset of the first record that is not older.</summary>
    public async Task FindOffsetAsync(HttpContext context)
    {
        var partition = new TopicPartition(RequestParameters.Topic(context), RequestParameters.Partition(context));
        long timestamp = TimestampOf(RequestParameters.Query(context, "at") ?? "latest");
        OffsetReply found = await reads.FindOffsetAsync(partition, timestamp, context.RequestAborted);
        RequestException.ThrowIfFailed(found.Error, found.Message);
        // As Kafka's tools do: behind the last record when all are older.
        Offset offset = found.Offset != Offset.None ? found.Offset : await reads.RequireOffsetAsync(partition, OffsetTimestamps.Latest, context.RequestAborted);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("topic", partition.Topic);
            writer.WriteNumber("partition", partition.Partition);
            writer.WriteNumber("offset", offset.Value);
            writer.WriteEndObject();
        });
    }

    /// <summary>GET …/verification: reads and checks every byte of the leader's log.</summary>
    public async Task VerifyAsync(HttpContext context)
    {
        VerifyReply reply = await TopicLookup.Leader(grains, RequestParameters.Topic(context), RequestParameters.Partition(context)).Verify();
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, reply));
    }

    private static void Write(Utf8JsonWriter writer, VerifyReply reply)
    {
        writer.WriteStartObject();
        writer.WriteNumber("batches", reply.BatchCount);
        writer.WriteNumber("size_bytes", reply.SizeBytes);
        writer.WriteStartArray("damage");
        foreach (DamagedRange range in reply.Damage)
        {
            writer.WriteStartObject();
            writer.WriteNumber("from_offset", range.From.Value);
            writer.WriteNumber("to_offset", range.To.Value);
            writer.WriteString("file", range.File);
            writer.WriteNumber("position_bytes", range.PositionBytes);
            writer.WriteString("reason", range.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static long TimestampOf(string at) => at switch
    {
        "earliest" => OffsetTimestamps.Earliest,
        "latest" => OffsetTimestamps.Latest,
        _ when long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out long timestampMs) => timestampMs,
        _ => throw new RequestException(GatewayErrors.InvalidRequest($"The parameter at is '{at}': it takes milliseconds since 1970, 'earliest' or 'latest'.")),
    };
}
