using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Deletes groups that have no members, with their offsets.</summary>
internal sealed class DeleteGroupsHandler(IGrainFactory grains) : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DeleteGroupsResponse> HandleAsync(DeleteGroupsRequest request, KafkaRequestContext context) => new()
    {
        Results = await Task.WhenAll(request.GroupsNames.Distinct().Select(async group => new DeleteGroupsResponse.DeletableGroupResult
        {
            GroupId = group,
            ErrorCode = (short)(context.Access.CheckGroup(AclOperation.Delete, group) ?? (await grains.GetGrain<IConsumerGroupGrain>(group).Delete()).Error),
        })),
    };
}
