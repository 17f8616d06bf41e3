using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Brokers under /v3/clusters/{cluster_id}/brokers: those that live. Safe for concurrent use.</summary>
internal sealed class BrokerResource(IGrainFactory grains, ClusterIdentity cluster, IBrokers brokers)
{
    public async Task ListAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteBrokers(writer, brokers.Alive));
    }

    public async Task GetAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        LiveBroker broker = RequireBroker(context, brokers);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteBroker(writer, broker));
    }

    public async Task ListReplicasAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        LiveBroker broker = RequireBroker(context, brokers);
        TopicDescription[] topics = [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Name))];
        var json = new ReplicaJson(new ConfluentJson(context.Request, cluster));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteReplicasOf(writer, broker.NodeId, topics));
    }

    /// <summary>The broker that the path names.</summary>
    /// <exception cref="RequestException">It does not live.</exception>
    public static LiveBroker RequireBroker(HttpContext context, IBrokers brokers)
    {
        string id = RequestParameters.Route(context, "broker");
        return brokers.Alive.FirstOrDefault(broker => broker.NodeId.ToString() == id)
            ?? throw new RequestException(GatewayErrors.NotFound($"Broker {id} not found. There are: {string.Join(", ", brokers.Alive.Select(broker => broker.NodeId))}."));
    }

    private BrokerJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster));
}
