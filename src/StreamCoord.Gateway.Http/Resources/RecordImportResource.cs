using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Import;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// PUT or POST /v1/topics/{topic}/records:import: one record per line, durable when it answers 200. When it fails on the way, the batches
/// before stay, and the answer counts them. Safe for concurrent use.
/// </summary>
internal sealed class RecordImportResource(IGrainFactory grains, TimeProvider time, IOptions<HttpGatewayOptions> options)
{
    private uint _importCount;

    public async Task PutAsync(HttpContext context)
    {
        string topic = RequestParameters.WritableTopic(context);
        bool isJson = IsJsonLines(context.Request);
        TopicDescription description = await TopicLookup.DescribeOrCreateAsync(grains, context, topic);
        ImportTarget target = TargetOf(description);
        ImportLane[] lanes = [.. Enumerable.Range(0, target.PartitionCount).Select(p => new ImportLane(p, TopicLookup.Leader(grains, topic, p)))];

        // Small imports spread over the partitions, too: each begins with the next one.
        int firstLane = (int)((Interlocked.Increment(ref _importCount) - 1) % (uint)target.PartitionCount);
        using var batches = new ImportBatches(target, lanes, firstLane);
        using var json = isJson ? new JsonLine(target, batches) : null;
        using var reader = new ImportReader(target, json is null ? new TextLine(target, batches) : json, time);
        await RunAsync(context, reader, batches, lanes);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => WriteResult(writer, lanes));
    }

    private static async Task RunAsync(HttpContext context, ImportReader reader, ImportBatches batches, ImportLane[] lanes)
    {
        try
        {
            await reader.ReadAsync(context.Request.BodyReader, context.RequestAborted);
            await batches.FinishAsync();
        }
        catch (LineException exception)
        {
            await batches.AbandonAsync();
            RequestException.Throw(ImportErrors.AtLine(exception.Error, reader.LineNumber, CountOf(lanes)));
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is { } error)
        {
            await batches.AbandonAsync();
            RequestException.Throw(error with { Extensions = [("imported", CountOf(lanes)), .. error.Extensions] });
        }
    }

    private static long CountOf(ImportLane[] lanes) => lanes.Sum(lane => lane.RecordCount);

    private ImportTarget TargetOf(TopicDescription topic)
    {
        int batchBytesMax = (int)TopicConfigs.Number(topic.Configs, TopicConfigs.MaxMessageBytes);
        return new ImportTarget(topic.Name, topic.Partitions.Count, batchBytesMax, Math.Min(batchBytesMax, options.Value.RequestBodyBytesMax));
    }

    private static bool IsJsonLines(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase);

    private static void WriteResult(Utf8JsonWriter writer, ImportLane[] lanes)
    {
        writer.WriteStartObject();
        writer.WriteNumber("records", CountOf(lanes));
        writer.WriteStartArray("partitions");
        foreach (ImportLane lane in lanes.Where(lane => lane.RecordCount > 0))
        {
            writer.WriteStartObject();
            writer.WriteNumber("partition", lane.Partition);
            writer.WriteNumber("first_offset", lane.FirstOffset.Value);
            writer.WriteNumber("last_offset", lane.LastOffset.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
