using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Access control lists under /v3/clusters/{cluster_id}/acls. What was created or deleted is durable when it is answered, and this silo decides by it. Safe for concurrent use.</summary>
internal sealed class AclResource(ISecurityStore store, ClusterIdentity cluster, IOptions<HttpGatewayOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        AclFilter filter = FilterOf(context, isComplete: false);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteList(writer, context.Request.QueryString.ToUriComponent(), store.Current.Acls.All.Where(filter.Matches)));
    }

    public async Task CreateAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        AclBinding acl = BindingOf(await JsonBody.ReadAsync(context, AclRequestJson.Default.AclBody));
        await CreateAsync([acl]);
        context.Response.Headers.Location = JsonOf(context).UrlOf(acl);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    public async Task CreateBatchAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        AclBatchBody body = await JsonBody.ReadAsync(context, AclRequestJson.Default.AclBatchBody);
        if (body.Data is not { Count: > 0 } || body.Data.Count > options.Value.ProduceBatchEntriesMax)
        {
            RequestException.Throw(GatewayErrors.Unprocessable($"Payload error. 'data' is required: an array of 1 to {options.Value.ProduceBatchEntriesMax} access control lists."));
        }
        await CreateAsync([.. body.Data!.Select(BindingOf)]);
        context.Response.Headers.Location = JsonOf(context).Acls;
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    public async Task DeleteAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        (StoreOutcome outcome, IReadOnlyList<AclBinding> deleted) = await store.DeleteAclsAsync(FilterOf(context, isComplete: true));
        RequestException.ThrowIfFailed(outcome.Error, outcome.Message);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteDeleted(writer, deleted));
    }

    private async Task CreateAsync(IReadOnlyList<AclBinding> acls)
    {
        if (acls.Select(acl => acl.Check()).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidRequest, problem));
        }
        foreach (StoreOutcome outcome in await store.CreateAclsAsync(acls))
        {
            RequestException.ThrowIfFailed(outcome.Error, outcome.Message);
        }
    }

    private static AclBinding BindingOf(AclBody? body)
    {
        if (body is null)
        {
            throw new RequestException(GatewayErrors.Unprocessable("Payload error. Each of 'data' is an access control list."));
        }
        return new AclBinding(
            new AclPattern(Required<AclResourceType>("resource_type", body.ResourceType), Required("resource_name", body.ResourceName), Required<AclPatternType>("pattern_type", body.PatternType)),
            new AclRule(Required("principal", body.Principal), Required("host", body.Host), Required<AclOperation>("operation", body.Operation), Required<AclEffect>("permission", body.Permission)));
    }

    /// <summary>The filter in the query.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isComplete">Whether what says how much it matches must be given, so that nobody deletes everything by leaving something out.</param>
    private static AclFilter FilterOf(HttpContext context, bool isComplete)
    {
        var filter = new AclFilter(
            Word("resource_type", AclResourceType.Any),
            Text("resource_name"),
            Word("pattern_type", AclPatternType.Any),
            Text("principal"),
            Text("host"),
            Word("operation", AclOperation.Any),
            Word("permission", AclEffect.Any));
        return filter.Check() is { } problem ? throw new RequestException(GatewayErrors.Of(ErrorCode.InvalidRequest, problem)) : filter;

        string? Text(string name) => RequestParameters.Query(context, name) is { Length: > 0 } text ? text : null;

        T Word<T>(string name, T @default)
            where T : struct, Enum =>
            Text(name) is { } word ? AclWords.TryRead<T>(word) ?? throw Unknown<T>(name, word)
            : isComplete ? throw new RequestException(GatewayErrors.InvalidRequest($"The parameter {name} is required: {string.Join(", ", Enum.GetValues<T>().Skip(1).Select(AclWords.Write))}."))
            : @default;
    }

    private static string Required(string name, string? text) =>
        text is { Length: > 0 } ? text : throw new RequestException(GatewayErrors.Unprocessable($"Payload error. '{name}' is required."));

    private static T Required<T>(string name, string? word)
        where T : struct, Enum =>
        AclWords.TryRead<T>(Required(name, word)) ?? throw Unknown<T>(name, word!);

    private static RequestException Unknown<T>(string name, string word)
        where T : struct, Enum =>
        new(GatewayErrors.InvalidRequest($"'{name}' is '{word}': it takes {string.Join(", ", Enum.GetValues<T>().Skip(1).Select(AclWords.Write))}."));

    private AclJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster), cluster.ClusterId);
}
