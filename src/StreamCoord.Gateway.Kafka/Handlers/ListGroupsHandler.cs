using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the groups that this broker coordinates, by state and type where that is asked for: clients ask every broker for its own, and put the answers next to each other.</summary>
internal sealed class ListGroupsHandler(IGrainFactory grains) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    /// <inheritdoc/>
    protected override async Task<ListGroupsResponse> HandleAsync(ListGroupsRequest request, KafkaRequestContext context)
    {
        ListGroupsReply reply = await grains.GetGrain<IGroupCatalogueGrain>(0).ListOwn();
        bool seesAll = context.Access.AllowsCluster(AclOperation.Describe);
        return new ListGroupsResponse
        {
            ErrorCode = (short)reply.Error,
            Groups =
            [
                .. reply.Groups
                    .Where(group => Passes(request.TypesFilter, group.Type.ToString()) && Passes(request.StatesFilter, group.State.ToString()))
                    .Where(group => seesAll || context.Access.AllowsGroup(AclOperation.Describe, group.GroupId))
                    .Select(group => new ListGroupsResponse.ListedGroup
                    {
                        GroupId = group.GroupId,
                        ProtocolType = group.ProtocolType,
                        GroupState = group.State.ToString(),
                        GroupType = group.Type.ToString().ToLowerInvariant(),
                    }),
            ],
        };
    }

    private static bool Passes(IReadOnlyList<string> filter, string name) => filter.Count == 0 || filter.Contains(name, StringComparer.OrdinalIgnoreCase);
}
