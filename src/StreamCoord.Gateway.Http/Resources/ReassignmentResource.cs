using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// Reassignments under /v3/clusters/{cluster_id}/topics: which partitions' replicas are being moved (KIP-455). Safe for concurrent use.
/// </summary>
internal sealed class ReassignmentResource(IGrainFactory grains, ClusterIdentity cluster)
{
    public async Task ListAllAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        await WriteAsync(context, "/topics/-/partitions/-/reassignment", await TopicCatalogue.ListAsync(grains));
    }

    public async Task ListAsync(HttpContext context)
    {
        TopicDescription topic = await FindAsync(context);
        await WriteAsync(context, $"/topics/{topic.Name}/partitions/-/reassignment", [topic]);
    }

    public async Task GetAsync(HttpContext context)
    {
        int partition = RequestParameters.Partition(context);
        TopicDescription topic = await FindAsync(context);
        TopicLookup.RequirePartition(topic, partition);
        if (!topic.Partitions[partition].IsMoving)
        {
            throw new RequestException(GatewayErrors.NotFound($"Partition {partition} of topic '{topic.Name}' is not being reassigned."));
        }
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => Json(context).WriteReassignment(writer, topic.Name, topic.Partitions[partition]));
    }

    private Task<TopicDescription> FindAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return TopicLookup.DescribeAsync(grains, RequestParameters.Topic(context));
    }

    private Task WriteAsync(HttpContext context, string path, IReadOnlyList<TopicDescription> topics) =>
        JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => Json(context).WriteReassignments(writer, path, topics));

    private ReplicaJson Json(HttpContext context) => new(new ConfluentJson(context.Request, cluster));
}
