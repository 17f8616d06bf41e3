using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using JoinGroupRequest = StreamCoord.Protocol.Kafka.Messages.JoinGroupRequest;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Joins a consumer group, in the classic protocol. The answer comes when the next generation begins.</summary>
internal sealed class JoinGroupHandler(IGrainFactory grains) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    private const short FirstVersionWithRequiredMemberId = 4;
    private const short FirstVersionWithSkippedAssignment = 9;
    private const short FirstVersionWithNullProtocol = 7;

    /// <inheritdoc/>
    protected override async Task<JoinGroupResponse> HandleAsync(JoinGroupRequest request, KafkaRequestContext context)
    {
        if (context.Access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal)
        {
            return new JoinGroupResponse
            {
                ErrorCode = (short)illegal,
                ProtocolName = context.Version < FirstVersionWithNullProtocol ? "" : null,
                MemberId = request.MemberId,
            };
        }
        JoinGroupReply reply = await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).Join(new Groups.JoinGroupRequest
        {
            MemberId = request.MemberId,
            GroupInstanceId = request.GroupInstanceId,
            ClientId = context.ClientId ?? "",
            ClientHost = $"/{context.ClientHost}",
            ProtocolType = request.ProtocolType,
            // The group keeps them for longer than the frame lives that they came in.
            Protocols = [.. request.Protocols.Select(protocol => new GroupProtocol(protocol.Name, protocol.Metadata.ToArray()))],
            SessionTimeoutMs = request.SessionTimeoutMs,
            RebalanceTimeoutMs = request.RebalanceTimeoutMs,
            RequiresKnownMemberId = context.Version >= FirstVersionWithRequiredMemberId,
            SupportsSkippingAssignment = context.Version >= FirstVersionWithSkippedAssignment,
        }).OrAsync(() => JoinGroupReply.Refused(ErrorCode.CoordinatorNotAvailable, "", request.MemberId), context.Stopping);
        return new JoinGroupResponse
        {
            ErrorCode = (short)reply.Error,
            GenerationId = reply.GenerationId,
            ProtocolType = reply.ProtocolType,
            ProtocolName = reply.ProtocolName ?? (context.Version < FirstVersionWithNullProtocol ? "" : null),
            Leader = reply.Leader,
            SkipAssignment = reply.SkipAssignment,
            MemberId = reply.MemberId,
            Members =
            [
                .. reply.Members.Select(member => new JoinGroupResponse.JoinGroupResponseMember
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.GroupInstanceId,
                    Metadata = member.Metadata,
                }),
            ],
        };
    }
}
