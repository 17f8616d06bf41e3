using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using SyncGroupRequest = StreamCoord.Protocol.Kafka.Messages.SyncGroupRequest;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Gets a member its assignment, and brings everybody's from the leader.</summary>
internal sealed class SyncGroupHandler(IGrainFactory grains) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    /// <inheritdoc/>
    protected override async Task<SyncGroupResponse> HandleAsync(SyncGroupRequest request, KafkaRequestContext context)
    {
        if (context.Access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal)
        {
            return new SyncGroupResponse { ErrorCode = (short)illegal };
        }
        SyncGroupReply reply = await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).Sync(new Groups.SyncGroupRequest(
            request.GenerationId,
            request.MemberId,
            request.GroupInstanceId,
            request.ProtocolType,
            request.ProtocolName,
            [.. request.Assignments.Select(one => new MemberAssignment(one.MemberId, one.Assignment.ToArray()))]))
            .OrAsync(() => SyncGroupReply.Refused(ErrorCode.CoordinatorNotAvailable, ""), context.Stopping);
        return new SyncGroupResponse
        {
            ErrorCode = (short)reply.Error,
            ProtocolType = reply.ProtocolType,
            ProtocolName = reply.ProtocolName,
            Assignment = reply.Assignment,
        };
    }
}
