using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using HeartbeatRequest = StreamCoord.Protocol.Kafka.Messages.HeartbeatRequest;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Keeps a member in its group, and tells it of a rebalance.</summary>
internal sealed class HeartbeatHandler(IGrainFactory grains) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    /// <inheritdoc/>
    protected override async Task<HeartbeatResponse> HandleAsync(HeartbeatRequest request, KafkaRequestContext context)
    {
        ErrorCode error = context.Access.CheckGroup(AclOperation.Read, request.GroupId) ??
            (await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).Heartbeat(new Groups.HeartbeatRequest(request.GenerationId, request.MemberId, request.GroupInstanceId))).Error;
        return new HeartbeatResponse { ErrorCode = (short)error };
    }
}
