using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Forgets committed offsets of topics that a group does not subscribe to.</summary>
internal sealed class OffsetDeleteHandler(IGrainFactory grains) : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    /// <inheritdoc/>
    protected override async Task<OffsetDeleteResponse> HandleAsync(OffsetDeleteRequest request, KafkaRequestContext context)
    {
        TopicPartition[] partitions = [.. request.Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition.PartitionIndex)))];
        OffsetsReply reply = GroupIds.Check(request.GroupId) is { } illegal
            ? OffsetsReply.Refused(illegal, "")
            : await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).DeleteOffsets(partitions);
        return new OffsetDeleteResponse
        {
            ErrorCode = (short)reply.Error,
            Topics =
            [
                .. reply.Partitions.GroupBy(one => one.Partition.Topic).Select(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
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
