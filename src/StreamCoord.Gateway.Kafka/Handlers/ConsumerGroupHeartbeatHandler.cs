using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using WantedPartitions = StreamCoord.Protocol.Kafka.Messages.ConsumerGroupHeartbeatRequest.TopicPartitionsData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Joins a consumer group, shows that a member lives, and leaves, in the protocol of KIP-848. What is answered is on the disk.</summary>
internal sealed class ConsumerGroupHeartbeatHandler(IGrainFactory grains) : ApiHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
{
    private const short FirstVersionWithOwnMemberId = 1;

    /// <inheritdoc/>
    protected override async Task<ConsumerGroupHeartbeatResponse> HandleAsync(ConsumerGroupHeartbeatRequest request, KafkaRequestContext context)
    {
        if (request.GroupId.Length == 0)
        {
            return new ConsumerGroupHeartbeatResponse { ErrorCode = (short)ErrorCode.InvalidRequest, ErrorMessage = "A group has a name." };
        }
        if (Refusal(request, context.Access) is { } refusal)
        {
            return new ConsumerGroupHeartbeatResponse { ErrorCode = (short)refusal, ErrorMessage = Access.Refusal };
        }
        ConsumerHeartbeatReply reply = await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).ConsumerHeartbeat(new ConsumerHeartbeatRequest
        {
            MemberId = request.MemberId,
            Epoch = new GroupEpoch(request.MemberEpoch),
            InstanceId = request.InstanceId,
            RackId = request.RackId,
            RebalanceTimeoutMs = request.RebalanceTimeoutMs,
            TopicNames = request.SubscribedTopicNames,
            TopicPattern = request.SubscribedTopicRegex,
            Assignor = request.ServerAssignor,
            Owned = request.TopicPartitions?.Select(Translate).ToArray(),
            ClientId = context.ClientId ?? "",
            ClientHost = $"/{context.ClientHost}",
            RequiresMemberId = context.Version >= FirstVersionWithOwnMemberId,
        });
        return new ConsumerGroupHeartbeatResponse
        {
            ErrorCode = (short)reply.Error,
            ErrorMessage = reply.Message,
            MemberId = reply.MemberId,
            MemberEpoch = reply.Epoch.Value,
            HeartbeatIntervalMs = reply.HeartbeatIntervalMs,
            Assignment = reply.Assignment is null ? null : new ConsumerGroupHeartbeatResponse.AssignmentData { TopicPartitions = [.. reply.Assignment.Select(Translate)] },
        };
    }

    // What a pattern finds is not looked at: a member is told identities, and reads nothing that it may not read.
    private static ErrorCode? Refusal(ConsumerGroupHeartbeatRequest request, IAccess access) =>
        !access.AllowsGroup(AclOperation.Read, request.GroupId) ? ErrorCode.GroupAuthorizationFailed
        : (request.SubscribedTopicNames ?? []).Any(topic => !access.AllowsTopic(AclOperation.Describe, topic)) ? ErrorCode.TopicAuthorizationFailed
        : null;

    private static TopicPartitions Translate(WantedPartitions topic) => new(new TopicId(topic.TopicId), [.. topic.Partitions]);

    private static ConsumerGroupHeartbeatResponse.TopicPartitionsData Translate(TopicPartitions topic) => new()
    {
        TopicId = topic.TopicId.Value,
        Partitions = [.. topic.Partitions],
    };
}
