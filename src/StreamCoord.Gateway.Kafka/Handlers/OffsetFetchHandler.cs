using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells what groups have committed: of one group, or from version 8 on of several.</summary>
internal sealed class OffsetFetchHandler(IGrainFactory grains) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short FirstVersionWithGroups = 8;
    private const short FirstVersionWithError = 2;

    /// <summary>From version 10 on, topics go by their ids.</summary>
    public override short VersionMax => 9;

    /// <inheritdoc/>
    protected override async Task<OffsetFetchResponse> HandleAsync(OffsetFetchRequest request, KafkaRequestContext context)
    {
        if (context.Version >= FirstVersionWithGroups)
        {
            return new OffsetFetchResponse { Groups = await Task.WhenAll(request.Groups.Select(group => FetchAsync(group, request.RequireStable))) };
        }
        TopicPartition[]? wanted = request.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(request.GroupId, wanted, request.RequireStable);
        // Version 1 has no place for an error of the group's.
        ErrorCode partitionError = context.Version < FirstVersionWithError ? reply.Error : ErrorCode.None;
        return new OffsetFetchResponse
        {
            ErrorCode = (short)reply.Error,
            Topics =
            [
                .. Offsets(reply, wanted).GroupBy(offset => offset.Partition.Topic).Select(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(offset => Describe(offset, partitionError))],
                }),
            ],
        };
    }

    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, bool isStable)
    {
        TopicPartition[]? wanted = group.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, isStable);
        return new OffsetFetchResponse.OffsetFetchResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = (short)reply.Error,
            Topics =
            [
                .. reply.Offsets.GroupBy(offset => offset.Partition.Topic).Select(topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(offset => new OffsetFetchResponse.OffsetFetchResponsePartitions
                        {
                            PartitionIndex = offset.Partition.Partition,
                            CommittedOffset = offset.Offset.Value,
                            CommittedLeaderEpoch = offset.LeaderEpoch.Value,
                            Metadata = offset.Metadata,
                            ErrorCode = (short)offset.Error,
                        }),
                    ],
                }),
            ],
        };
    }

    private async Task<FetchOffsetsReply> FetchAsync(string groupId, TopicPartition[]? wanted, bool isStable) => GroupIds.Check(groupId) is { } illegal
        ? new FetchOffsetsReply(illegal, null, [])
        : await grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets(wanted, isStable);

    // Where the group answers nothing, each partition that was asked for is answered all the same.
    private static IEnumerable<FetchedOffset> Offsets(FetchOffsetsReply reply, TopicPartition[]? wanted) => reply.Error == ErrorCode.None
        ? reply.Offsets
        : (wanted ?? []).Select(partition => new FetchedOffset(partition, Offset.None, LeaderEpoch.Unknown, ""));

    private static OffsetFetchResponse.OffsetFetchResponsePartition Describe(FetchedOffset offset, ErrorCode error) => new()
    {
        PartitionIndex = offset.Partition.Partition,
        CommittedOffset = offset.Offset.Value,
        CommittedLeaderEpoch = offset.LeaderEpoch.Value,
        Metadata = offset.Metadata,
        ErrorCode = (short)(error == ErrorCode.None ? offset.Error : error),
    };
}
