using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// POST /v3/clusters/{cluster_id}/topics/{topic}/records: one record, or a stream of them, each answered in order by an object with an
/// error code of its own under status 200. Safe for concurrent use.
/// </summary>
internal sealed class ProduceResource(
    IGrainFactory grains, ClusterIdentity cluster, PartitionAppenders appenders, TimeProvider time, IOptions<HttpGatewayOptions> options)
{
    public async Task PostAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        string name = RequestParameters.WritableTopic(context);
        JsonBody.RequireJson(context.Request);
        TopicDescription topic = await TopicLookup.DescribeOrCreateAsync(grains, context, name);
        var producer = new TopicProducer(topic, appenders, time);
        var input = new JsonObjectStream(context.Request.BodyReader, options.Value.RequestBodyBytesMax);
        var produce = new StreamedProduce(producer, cluster.ClusterId, topic.Name, options.Value);
        context.Response.ContentType = "application/json";
        await produce.RunAsync(input, context.Response.BodyWriter, context.RequestAborted);
    }
}
