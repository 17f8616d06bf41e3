using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>
/// Configurations of this broker under /v3/clusters/{cluster_id}/brokers/{broker_id}/configs, and those that all brokers share under /broker-configs. They are options of the process: nobody changes
/// them while it runs. Safe for concurrent use.
/// </summary>
internal sealed class BrokerConfigResource(ClusterIdentity cluster, IBroker broker, IBrokers brokers)
{
    public Task ListAllAsync(HttpContext context) => ListAsync(context, "-");

    public Task ListAsync(HttpContext context)
    {
        RequireOwn(context);
        return ListAsync(context, broker.NodeId.ToString());
    }

    public Task GetAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        RequireOwn(context);
        BrokerConfig config = RequireConfig(context);
        return JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteConfig(writer, broker, config));
    }

    /// <summary>Refuses to change a configuration of a broker.</summary>
    public Task RefuseAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        RequireOwn(context);
        if (context.Request.RouteValues.ContainsKey("config"))
        {
            RequireConfig(context);
        }
        throw Fixed();
    }

    public Task ListClusterWideAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteClusterConfigs(writer));
    }

    public Task GetClusterWideAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        throw new RequestException(GatewayErrors.NotFound(
            $"Config {RequestParameters.Route(context, "config")} cannot be found: there are no configurations that all brokers share and that can be changed while they run. Each broker has its own."));
    }

    /// <summary>Refuses to change a configuration of all brokers.</summary>
    public Task RefuseClusterWideAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        throw Fixed();
    }

    private Task ListAsync(HttpContext context, string id)
    {
        ClusterResource.RequireCluster(context, cluster);
        return JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteConfigs(writer, id, [broker]));
    }

    // Each process knows its own options.
    private void RequireOwn(HttpContext context)
    {
        LiveBroker asked = BrokerResource.RequireBroker(context, brokers);
        if (asked.NodeId != broker.NodeId)
        {
            RequestException.Throw(GatewayErrors.NotFound(
                $"This silo is broker {broker.NodeId}, and does not know the configurations of broker {asked.NodeId}: ask that one{(asked.HttpAddress is { } address ? $", at {address}" : "")}."));
        }
    }

    private BrokerJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster));

    private BrokerConfig RequireConfig(HttpContext context)
    {
        string name = RequestParameters.Route(context, "config");
        return broker.Configs.FirstOrDefault(config => config.Name == name)
            ?? throw new RequestException(GatewayErrors.NotFound($"Config {name} cannot be found. A broker has {string.Join(", ", broker.Configs.Select(config => config.Name))}."));
    }

    private static RequestException Fixed() => new(GatewayErrors.Of(
        ErrorCode.InvalidRequest, "The configurations of a broker are options of its process: change them where it is started, and start it anew."));
}
