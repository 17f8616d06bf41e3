using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>What groups have not read yet, under /v3/clusters/{cluster_id}/consumer-groups/{group}: /lags and /lag-summary. Safe for concurrent use.</summary>
internal sealed class ConsumerLagResource(GroupReader groups, ClusterIdentity cluster)
{
    public async Task ListAsync(HttpContext context)
    {
        (GroupView group, IReadOnlyList<ConsumerLag> lags) = await FindAsync(context);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteLags(writer, group.GroupId, lags));
    }

    public async Task GetAsync(HttpContext context)
    {
        var partition = new TopicPartition(RequestParameters.Topic(context), RequestParameters.Partition(context));
        (GroupView group, IReadOnlyList<ConsumerLag> lags) = await FindAsync(context);
        ConsumerLag lag = lags.FirstOrDefault(lag => lag.Partition == partition)
            ?? throw new RequestException(GatewayErrors.NotFound($"The group {group.GroupId} has committed no offset of partition {partition}."));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteLag(writer, group.GroupId, lag));
    }

    public async Task SummariseAsync(HttpContext context)
    {
        (GroupView group, IReadOnlyList<ConsumerLag> lags) = await FindAsync(context);
        if (lags.Count == 0)
        {
            RequestException.Throw(GatewayErrors.NotFound($"The group {group.GroupId} has committed no offsets, so nobody knows how far behind it is."));
        }
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteLagSummary(writer, group.GroupId, lags));
    }

    private async Task<(GroupView Group, IReadOnlyList<ConsumerLag> Lags)> FindAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        GroupView group = await groups.GetAsync(RequestParameters.Group(context));
        IReadOnlyList<ConsumerLag> lags = await groups.ListLagsAsync(group);
        return (group, [.. lags.Where(lag => context.AllowsTopic(AclOperation.Describe, lag.Partition.Topic))]);
    }

    private ConsumerGroupJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster), cluster.NodeId);
}
