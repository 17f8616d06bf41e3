using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Forgets committed offsets of topics that a group does not subscribe to.</summary>
internal sealed class OffsetDeleteHandler(IGrainFactory grains) : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    /// <inheritdoc/>
    protected override async Task<OffsetDeleteResponse> HandleAsync(OffsetDeleteRequest request, KafkaRequestContext context)
    {
        TopicPartition[] partitions = [.. request.Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition.PartitionIndex)))];
        TopicPartition[] allowed = [.. partitions.Where(partition => context.Access.AllowsTopic(AclOperation.Read, partition.Topic))];
        OffsetsReply reply = context.Access.CheckGroup(AclOperation.Delete, request.GroupId) is { } illegal
            ? OffsetsReply.Refused(illegal, "")
            : await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).DeleteOffsets(allowed);
        return new OffsetDeleteResponse
        {
            ErrorCode = (short)reply.Error,
            Topics =
            [
                .. reply.Partitions.Concat(reply.Error == ErrorCode.None ? partitions.Except(allowed).Select(one => new PartitionOutcome(one, ErrorCode.TopicAuthorizationFailed)) : []).GroupBy(one => one.Partition.Topic).Select(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(one => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                        {
                            PartitionIndex = one.Partition.Partition,
                            ErrorCode = (short)one.Error,
                        }),
                    ],
                }),
            ],
        };
    }
}
