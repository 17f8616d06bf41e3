using System.Text.Json;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// POST /topics/{topic} and /topics/{topic}/partitions/{partition} of v2: records with base64 or JSON in them. A request that cannot be read writes nothing; of one that can, each record has an
/// outcome of its own. Safe for concurrent use.
/// </summary>
internal sealed class V2ProduceResource(IGrainFactory grains, PartitionAppenders appenders, TimeProvider time, IOptions<HttpGatewayOptions> options)
{
    public async Task PostAsync(HttpContext context)
    {
        (string name, EmbeddedFormat format) = Begin(context);
        TopicDescription topic = await V2Topics.DescribeOrCreateAsync(grains, context, name);
        await ProduceAsync(context, topic, format, null);
    }

    public async Task PostToPartitionAsync(HttpContext context)
    {
        (string name, EmbeddedFormat format) = Begin(context);
        TopicDescription topic = await V2Topics.DescribeOrCreateAsync(grains, context, name);
        await ProduceAsync(context, topic, format, V2Topics.PartitionOf(context, topic).Partition);
    }

    private static (string Topic, EmbeddedFormat Format) Begin(HttpContext context)
    {
        _ = V2Topics.NameOf(context);
        EmbeddedFormat format = MediaTypes.RecordsOf(context.Request);
        _ = MediaTypes.AnswerTo(context.Request);
        return (RequestParameters.WritableTopic(context), format);
    }

    private async Task ProduceAsync(HttpContext context, TopicDescription topic, EmbeddedFormat format, int? partition)
    {
        if (context.Request.ContentLength == 0)
        {
            RequestException.Throw(GatewayErrors.Unprocessable("Payload error. Request body is empty. Data is required."));
        }
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        List<ProduceRecord> records = V2RecordParser.Parse(body.RootElement, format, partition, options.Value.ProduceRecordsMax, time.GetUtcNow().ToUnixTimeMilliseconds());
        var producer = new TopicProducer(topic, appenders, time);
        ProduceOutcome[] outcomes = await Task.WhenAll(records.Select(producer.ProduceAsync));
        await V2Json.AnswerAsync(context, writer => V2Json.WriteOutcomes(writer, outcomes));
    }
}
