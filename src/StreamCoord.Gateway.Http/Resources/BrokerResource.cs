using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Brokers under /v3/clusters/{cluster_id}/brokers: this silo. Safe for concurrent use.</summary>
internal sealed class BrokerResource(IGrainFactory grains, ClusterIdentity cluster, IBroker broker)
{
    public async Task ListAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteBrokers(writer, [broker]));
    }

    public async Task GetAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        RequireBroker(context, broker);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteBroker(writer, broker));
    }

    public async Task ListReplicasAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        RequireBroker(context, broker);
        TopicDescription[] topics = [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Name))];
        var json = new ReplicaJson(new ConfluentJson(context.Request, cluster));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteReplicasOf(writer, broker.NodeId, topics));
    }

    /// <summary>Refuses the number of a broker that does not exist.</summary>
    public static void RequireBroker(HttpContext context, IBroker broker)
    {
        string id = RequestParameters.Route(context, "broker");
        if (id != broker.NodeId.ToString())
        {
            RequestException.Throw(GatewayErrors.NotFound($"Broker {id} not found. This silo is broker {broker.NodeId}, and there is no other."));
        }
    }

    private BrokerJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster));
}
