using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Configurations under /v3/clusters/{cluster_id}/topics/{topic}/configs. Safe for concurrent use.</summary>
internal sealed class TopicConfigResource(IGrainFactory grains, ClusterIdentity cluster)
{
    public async Task ListAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteConfigs(writer, topic));
    }

    public async Task ListAllAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        TopicDescription[] topics = [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.AllowsTopic(AclOperation.DescribeConfigs, topic.Name))];
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteAllConfigs(writer, topics));
    }

    public async Task GetAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        TopicConfigDefinition definition = RequireConfig(RequestParameters.Route(context, "config"));
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteConfig(writer, topic, definition));
    }

    public async Task PutAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        string name = RequireConfig(RequestParameters.Route(context, "config")).Name;
        ConfigValueBody body = await JsonBody.ReadAsync(context, RequestJson.Default.ConfigValueBody);
        await AlterAsync(context, [new ConfigChange(name, body.Value)], validateOnly: false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        string name = RequireConfig(RequestParameters.Route(context, "config")).Name;
        await AlterAsync(context, [new ConfigChange(name, null)], validateOnly: false);
    }

    public async Task AlterAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        AlterConfigsBody body = await JsonBody.ReadAsync(context, RequestJson.Default.AlterConfigsBody);
        if (body.Data is null)
        {
            RequestException.Throw(GatewayErrors.Unprocessable("Payload error. 'data' is required: an array of changes."));
        }
        await AlterAsync(context, [.. body.Data.Select(ChangeOf)], body.ValidateOnly ?? false);
    }

    private async Task AlterAsync(HttpContext context, IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        TopicReply reply = await grains.GetGrain<ITopicGrain>(RequestParameters.WritableTopic(context)).AlterConfigs(changes, validateOnly);
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task<TopicDescription> DescribeAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return TopicLookup.DescribeAsync(grains, RequestParameters.Topic(context));
    }

    private static ConfigChange ChangeOf(ConfigOperationBody? operation)
    {
        if (operation?.Name is not { Length: > 0 } name)
        {
            throw new RequestException(GatewayErrors.Unprocessable("Payload error. Each change needs a 'name'."));
        }
        string config = RequireConfig(name).Name;
        return operation.Operation switch
        {
            null or "SET" => new ConfigChange(config, operation.Value
                ?? throw new RequestException(GatewayErrors.Unprocessable($"Payload error. The change of '{config}' needs a 'value', or the operation DELETE."))),
            "DELETE" => new ConfigChange(config, null),
            _ => throw new RequestException(GatewayErrors.InvalidRequest($"The operation '{operation.Operation}' does not exist: use SET or DELETE.")),
        };
    }

    private static TopicConfigDefinition RequireConfig(string name) =>
        TopicConfigs.Find(name) ?? throw new RequestException(GatewayErrors.NotFound(
            $"Config {name} cannot be found. A topic has {string.Join(", ", TopicConfigs.All.Select(definition => definition.Name))}."));
}
