using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Describes groups with their members. One that does not exist is described as dead.</summary>
internal sealed class DescribeGroupsHandler(IGrainFactory grains) : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    private const short FirstVersionWithNotFound = 6;

    /// <inheritdoc/>
    protected override async Task<DescribeGroupsResponse> HandleAsync(DescribeGroupsRequest request, KafkaRequestContext context) => new()
    {
        Groups = await Task.WhenAll(request.Groups.Select(group => DescribeAsync(group, request.IncludeAuthorizedOperations, context))),
    };

    private async Task<DescribeGroupsResponse.DescribedGroup> DescribeAsync(string groupId, bool tellsOperations, KafkaRequestContext context)
    {
        GroupDescription group = context.Access.CheckGroup(AclOperation.Describe, groupId) is { } refused
            ? GroupDescription.Refused(refused, refused == ErrorCode.GroupAuthorizationFailed ? Access.Refusal : "A group has a name.", groupId)
            : await grains.GetGrain<IConsumerGroupGrain>(groupId).Describe();
        // Older versions tell a missing group by its state alone (KIP-1043).
        ErrorCode error = group.Error == ErrorCode.GroupIdNotFound && context.Version < FirstVersionWithNotFound ? ErrorCode.None : group.Error;
        return new DescribeGroupsResponse.DescribedGroup
        {
            ErrorCode = (short)error,
            ErrorMessage = error == ErrorCode.None ? null : group.Message,
            GroupId = groupId,
            GroupState = group.State.ToString(),
            ProtocolType = group.ProtocolType,
            ProtocolData = group.ProtocolName,
            AuthorizedOperations = tellsOperations && error == ErrorCode.None ? context.Access.Operations(AclResourceType.Group, groupId) : int.MinValue,
            Members =
            [
                .. group.Members.Select(member => new DescribeGroupsResponse.DescribedGroupMember
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.GroupInstanceId,
                    ClientId = member.ClientId,
                    ClientHost = member.ClientHost,
                    MemberMetadata = member.Metadata,
                    MemberAssignment = member.Assignment,
                }),
            ],
        };
    }
}
