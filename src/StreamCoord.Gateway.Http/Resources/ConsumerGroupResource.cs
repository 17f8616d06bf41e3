using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Groups and their members under /v3/clusters/{cluster_id}/consumer-groups, of both protocols. Safe for concurrent use.</summary>
internal sealed class ConsumerGroupResource(GroupReader groups, ClusterIdentity cluster)
{
    public async Task ListAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        IReadOnlyList<GroupView> all = await groups.ListAsync(group => context.AllowsCluster(AclOperation.Describe) || context.AllowsGroup(AclOperation.Describe, group));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteGroups(writer, all));
    }

    public async Task GetAsync(HttpContext context)
    {
        GroupView group = await FindAsync(context);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteGroup(writer, group));
    }

    public async Task ListConsumersAsync(HttpContext context)
    {
        GroupView group = await FindAsync(context);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteConsumers(writer, group));
    }

    public async Task GetConsumerAsync(HttpContext context)
    {
        GroupView group = await FindAsync(context);
        GroupMemberView member = RequireMember(context, group);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteConsumer(writer, group.GroupId, member));
    }

    public async Task ListAssignmentsAsync(HttpContext context)
    {
        GroupView group = await FindAsync(context);
        GroupMemberView member = RequireMember(context, group);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteAssignments(writer, group.GroupId, member));
    }

    public async Task GetAssignmentAsync(HttpContext context)
    {
        var partition = new TopicPartition(RequestParameters.Topic(context), RequestParameters.Partition(context));
        GroupView group = await FindAsync(context);
        GroupMemberView member = RequireMember(context, group);
        if (!member.Assignment.Contains(partition))
        {
            RequestException.Throw(GatewayErrors.NotFound($"Consumer {member.MemberId} does not read partition {partition}."));
        }
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => JsonOf(context).WriteAssignment(writer, group.GroupId, member, partition));
    }

    private Task<GroupView> FindAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return groups.GetAsync(RequestParameters.Group(context));
    }

    private static GroupMemberView RequireMember(HttpContext context, GroupView group)
    {
        string id = RequestParameters.Name(context, "consumer");
        return group.Members.FirstOrDefault(member => member.MemberId == id)
            ?? throw new RequestException(GatewayErrors.NotFound($"Consumer {id} is no member of the group {group.GroupId}."));
    }

    private ConsumerGroupJson JsonOf(HttpContext context) => new(new ConfluentJson(context.Request, cluster), cluster.NodeId);
}
