using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Replicas and offsets of a partition under /v3/clusters/{cluster_id}/topics/{topic}/partitions/{partition}. Safe for concurrent use.</summary>
internal sealed class ReplicaResource(IGrainFactory grains, PartitionReads reads, ClusterIdentity cluster)
{
    public async Task ListAsync(HttpContext context)
    {
        (TopicDescription topic, PartitionAssignment partition) = await FindAsync(context);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteReplicas(writer, topic.Name, partition));
    }

    public async Task GetAsync(HttpContext context)
    {
        string broker = RequestParameters.Route(context, "broker");
        (TopicDescription topic, PartitionAssignment partition) = await FindAsync(context);
        int index = partition.Replicas.ToList().FindIndex(replica => replica.ToString() == broker);
        if (index < 0)
        {
            RequestException.Throw(GatewayErrors.NotFound($"Replica {broker} could not be found. The partition is kept by {string.Join(", ", partition.Replicas)}."));
        }
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteReplica(writer, topic.Name, partition, partition.Replicas[index]));
    }

    public async Task GetOffsetAsync(HttpContext context)
    {
        (TopicDescription topic, PartitionAssignment partition) = await FindAsync(context);
        var wanted = new TopicPartition(topic.Name, partition.Partition);
        Offset beginning = await reads.RequireOffsetAsync(wanted, OffsetTimestamps.Earliest, context.RequestAborted);
        Offset end = await reads.RequireOffsetAsync(wanted, OffsetTimestamps.Latest, context.RequestAborted);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteOffsets(writer, topic.Name, partition, beginning, end));
    }

    private async Task<(TopicDescription Topic, PartitionAssignment Partition)> FindAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        int partition = RequestParameters.Partition(context);
        TopicDescription topic = await TopicLookup.DescribeAsync(grains, RequestParameters.Topic(context));
        TopicLookup.RequirePartition(topic, partition);
        return (topic, topic.Partitions[partition]);
    }

    private ReplicaJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster));
}
