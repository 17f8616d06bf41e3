using System.Text.Json;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// POST /v3/clusters/{cluster_id}/topics/{topic}/records:batch: several records with ids, answered by 207 with those that are durable and
/// those that failed. Safe for concurrent use.
/// </summary>
internal sealed class ProduceBatchResource(
    IGrainFactory grains, ClusterIdentity cluster, PartitionAppenders appenders, TimeProvider time, IOptions<HttpGatewayOptions> options)
{
    private const int IdLengthMax = 80;

    public async Task PostAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        string name = RequestParameters.WritableTopic(context);
        JsonBody.RequireJson(context.Request);
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        List<(string Id, JsonElement Record)> entries = ReadEntries(body.RootElement);
        TopicDescription topic = await TopicLookup.DescribeOrCreateAsync(grains, context, name);
        var producer = new TopicProducer(topic, appenders, time);
        ProduceOutcome[] outcomes = await Task.WhenAll(entries.Select(entry => producer.ProduceAsync(entry.Record)));
        await JsonReply.WriteAsync(context, StatusCodes.Status207MultiStatus, writer => WriteOutcomes(writer, topic.Name, entries, outcomes));
    }

    private List<(string Id, JsonElement Record)> ReadEntries(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("entries", out JsonElement array) || array.ValueKind != JsonValueKind.Array)
        {
            throw new RequestException(GatewayErrors.InvalidBatch("The body needs an array 'entries'."));
        }
        int count = array.GetArrayLength();
        if (count == 0 || count > options.Value.ProduceBatchEntriesMax)
        {
            throw new RequestException(GatewayErrors.InvalidBatch(
                $"The batch has {count} entries: it takes 1 to {options.Value.ProduceBatchEntriesMax} ({HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.ProduceBatchEntriesMax)})."));
        }
        var ids = new HashSet<string>(count);
        var entries = new List<(string, JsonElement)>(count);
        foreach (JsonElement entry in array.EnumerateArray())
        {
            string id = ReadId(entry);
            if (!ids.Add(id))
            {
                throw new RequestException(GatewayErrors.InvalidBatch($"The id '{id}' is given to more than one entry; ids are distinct."));
            }
            entries.Add((id, entry));
        }
        return entries;
    }

    private static string ReadId(JsonElement entry)
    {
        string? id = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("id", out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        bool isValid = id is { Length: > 0 and <= IdLengthMax } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return isValid ? id! : throw new RequestException(GatewayErrors.InvalidBatch(
            $"Each entry needs an 'id' of 1 to {IdLengthMax} letters, digits, '-' and '_'."));
    }

    private void WriteOutcomes(Utf8JsonWriter writer, string topic, List<(string Id, JsonElement Record)> entries, ProduceOutcome[] outcomes)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("successes");
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Error is null)
            {
                ProduceJson.WriteSuccess(writer, entries[i].Id, cluster.ClusterId, topic, outcomes[i]);
            }
        }
        writer.WriteEndArray();
        writer.WriteStartArray("failures");
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Error is { } error)
            {
                ProduceJson.WriteFailure(writer, entries[i].Id, error);
            }
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
