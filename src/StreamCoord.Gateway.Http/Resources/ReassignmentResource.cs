using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// Reassignments under /v3/clusters/{cluster_id}/topics: which partitions' replicas are being moved. A partition stays where it was made, so none ever is. Safe for concurrent use.
/// </summary>
internal sealed class ReassignmentResource(IGrainFactory grains, ClusterIdentity cluster)
{
    public Task ListAllAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return WriteAsync(context, "/topics/-/partitions/-/reassignment");
    }

    public async Task ListAsync(HttpContext context)
    {
        TopicDescription topic = await FindAsync(context);
        await WriteAsync(context, $"/topics/{topic.Name}/partitions/-/reassignment");
    }

    public async Task GetAsync(HttpContext context)
    {
        int partition = RequestParameters.Partition(context);
        TopicDescription topic = await FindAsync(context);
        TopicLookup.RequirePartition(topic, partition);
        throw new RequestException(GatewayErrors.NotFound($"Partition {partition} of topic '{topic.Name}' is not being reassigned."));
    }

    private Task<TopicDescription> FindAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return TopicLookup.DescribeAsync(grains, RequestParameters.Topic(context));
    }

    private Task WriteAsync(HttpContext context, string path) =>
        JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => new ReplicaJson(new ConfluentJson(context.Request, cluster)).WriteReassignments(writer, path));
}
