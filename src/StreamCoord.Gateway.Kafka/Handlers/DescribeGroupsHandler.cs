using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Describes groups with their members. One that does not exist is described as dead.</summary>
internal sealed class DescribeGroupsHandler(IGrainFactory grains) : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    private const short FirstVersionWithNotFound = 6;

    /// <inheritdoc/>
    protected override async Task<DescribeGroupsResponse> HandleAsync(DescribeGroupsRequest request, KafkaRequestContext context) => new()
    {
        Groups = await Task.WhenAll(request.Groups.Select(group => DescribeAsync(group, context.Version))),
    };

    private async Task<DescribeGroupsResponse.DescribedGroup> DescribeAsync(string groupId, short version)
    {
        GroupDescription group = GroupIds.Check(groupId) is { } illegal
            ? GroupDescription.Refused(illegal, "A group has a name.", groupId)
            : await grains.GetGrain<IConsumerGroupGrain>(groupId).Describe();
        // Older versions tell a missing group by its state alone (KIP-1043).
        ErrorCode error = group.Error == ErrorCode.GroupIdNotFound && version < FirstVersionWithNotFound ? ErrorCode.None : group.Error;
        return new DescribeGroupsResponse.DescribedGroup
        {
            ErrorCode = (short)error,
            ErrorMessage = error == ErrorCode.None ? null : group.Message,
            GroupId = groupId,
            GroupState = group.State.ToString(),
            ProtocolType = group.ProtocolType,
            ProtocolData = group.ProtocolName,
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
