using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the groups, by state and type where that is asked for.</summary>
internal sealed class ListGroupsHandler(IGrainFactory grains) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    private const string ClassicType = "classic";

    /// <inheritdoc/>
    protected override async Task<ListGroupsResponse> HandleAsync(ListGroupsRequest request, KafkaRequestContext context)
    {
        ListGroupsReply reply = await grains.GetGrain<IGroupCatalogueGrain>(0).List();
        bool isOfType = request.TypesFilter.Count == 0 || request.TypesFilter.Contains(ClassicType, StringComparer.OrdinalIgnoreCase);
        bool seesAll = context.Access.AllowsCluster(AclOperation.Describe);
        return new ListGroupsResponse
        {
            ErrorCode = (short)reply.Error,
            Groups =
            [
                .. reply.Groups
                    .Where(group => isOfType && (seesAll || context.Access.AllowsGroup(AclOperation.Describe, group.GroupId)) && (request.StatesFilter.Count == 0 || request.StatesFilter.Contains(group.State.ToString(), StringComparer.OrdinalIgnoreCase)))
                    .Select(group => new ListGroupsResponse.ListedGroup
                    {
                        GroupId = group.GroupId,
                        ProtocolType = group.ProtocolType,
                        GroupState = group.State.ToString(),
                        GroupType = ClassicType,
                    }),
            ],
        };
    }
}
