using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Removes members from a group: one, or from version 3 on several, each with an outcome of its own.</summary>
internal sealed class LeaveGroupHandler(IGrainFactory grains) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    private const short FirstVersionWithMembers = 3;

    /// <inheritdoc/>
    protected override async Task<LeaveGroupResponse> HandleAsync(LeaveGroupRequest request, KafkaRequestContext context)
    {
        if (context.Access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal)
        {
            return new LeaveGroupResponse { ErrorCode = (short)illegal };
        }
        bool isBatch = context.Version >= FirstVersionWithMembers;
        LeavingMember[] leaving = isBatch ? [.. request.Members.Select(member => new LeavingMember(member.MemberId, member.GroupInstanceId))] : [new LeavingMember(request.MemberId, null)];
        LeaveGroupReply reply = await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).Leave(leaving);
        ErrorCode error = reply.Error == ErrorCode.None && !isBatch ? reply.Members[0].Error : reply.Error;
        return new LeaveGroupResponse
        {
            ErrorCode = (short)error,
            Members =
            [
                .. reply.Members.Select(member => new LeaveGroupResponse.MemberResponse
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.GroupInstanceId,
                    ErrorCode = (short)member.Error,
                }),
            ],
        };
    }
}
