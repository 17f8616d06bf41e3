using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /v3/clusters and /v3/clusters/{cluster_id}. Safe for concurrent use.</summary>
internal sealed class ClusterResource(ClusterIdentity cluster, IBrokers brokers)
{
    // Any broker serves what is asked of a controller.
    private NodeId Controller => brokers.Controller ?? cluster.NodeId;

    public Task ListAsync(HttpContext context) =>
        JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => new ConfluentJson(context.Request, cluster).WriteClusters(writer, Controller));

    public Task GetAsync(HttpContext context)
    {
        RequireCluster(context, cluster);
        return JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => new ConfluentJson(context.Request, cluster).WriteCluster(writer, Controller));
    }

    /// <summary>Refuses the id of another cluster in the path.</summary>
    public static void RequireCluster(HttpContext context, ClusterIdentity cluster)
    {
        string id = RequestParameters.Route(context, "cluster");
        if (id != cluster.ClusterId)
        {
            RequestException.Throw(GatewayErrors.NotFound($"Cluster {id} cannot be found. This one is {cluster.ClusterId}."));
        }
    }
}
