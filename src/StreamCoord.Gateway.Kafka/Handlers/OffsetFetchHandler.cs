using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells what groups have committed: of one group, or from version 8 on of several.</summary>
internal sealed class OffsetFetchHandler(IGrainFactory grains, TopicIdLookup topicIds) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short FirstVersionWithGroups = 8;
    private const short FirstVersionWithError = 2;

    private const short FirstVersionWithTopicIds = 10;

    /// <inheritdoc/>
    protected override async Task<OffsetFetchResponse> HandleAsync(OffsetFetchRequest request, KafkaRequestContext context)
    {
        if (context.Version >= FirstVersionWithGroups)
        {
            return new OffsetFetchResponse
            {
                Groups = await Task.WhenAll(request.Groups.Select(group =>
                    context.Version >= FirstVersionWithTopicIds ? FetchByIdAsync(group, request.RequireStable) : FetchAsync(group, request.RequireStable))),
            };
        }
        TopicPartition[]? wanted = request.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(request.GroupId, wanted, null, request.RequireStable);
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
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, MemberOf(group), isStable);
        return new OffsetFetchResponse.OffsetFetchResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = (short)reply.Error,
            Topics = [.. reply.Offsets.GroupBy(offset => offset.Partition.Topic).Select(topic => Describe(topic.Key, default, topic))],
        };
    }

    // All committed offsets are told of topics that exist; of those that are asked for, each is answered.
    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchByIdAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, bool isStable)
    {
        IReadOnlyDictionary<Guid, string> names = await topicIds.FindNamesAsync((group.Topics ?? []).Select(topic => topic.TopicId));
        TopicPartition[]? wanted = group.Topics is { } topics
            ? [.. topics.Where(topic => names.ContainsKey(topic.TopicId)).SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(names[topic.TopicId], partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, MemberOf(group), isStable);
        return new OffsetFetchResponse.OffsetFetchResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = (short)reply.Error,
            Topics =
            [
                .. reply.Offsets.GroupBy(offset => offset.Partition.Topic).Select(topic => (topic, Id: IdOf(topic.Key)))
                    .Where(pair => pair.Id is not null).Select(pair => Describe("", pair.Id!.Value, pair.topic)),
                .. reply.Error == ErrorCode.None ? (group.Topics ?? []).Where(topic => !names.ContainsKey(topic.TopicId)).Select(Unknown) : [],
            ],
        };

        Guid? IdOf(string name) => group.Topics is null ? topicIds.FindId(name) : names.First(pair => pair.Value == name).Key;
    }

    private static FetchingMember? MemberOf(OffsetFetchRequest.OffsetFetchRequestGroup group) =>
        group.MemberId is null && group.MemberEpoch < 0 ? null : new FetchingMember(group.MemberId ?? "", new GroupEpoch(group.MemberEpoch));

    private static OffsetFetchResponse.OffsetFetchResponseTopics Describe(string name, Guid topicId, IEnumerable<FetchedOffset> offsets) => new()
    {
        Name = name,
        TopicId = topicId,
        Partitions =
        [
            .. offsets.Select(offset => new OffsetFetchResponse.OffsetFetchResponsePartitions
            {
                PartitionIndex = offset.Partition.Partition,
                CommittedOffset = offset.Offset.Value,
                CommittedLeaderEpoch = offset.LeaderEpoch.Value,
                Metadata = offset.Metadata,
                ErrorCode = (short)offset.Error,
            }),
        ],
    };

    private static OffsetFetchResponse.OffsetFetchResponseTopics Unknown(OffsetFetchRequest.OffsetFetchRequestTopics topic) => new()
    {
        TopicId = topic.TopicId,
        Partitions =
        [
            .. topic.PartitionIndexes.Select(partition => new OffsetFetchResponse.OffsetFetchResponsePartitions
            {
                PartitionIndex = partition,
                CommittedOffset = Offset.None.Value,
                CommittedLeaderEpoch = LeaderEpoch.Unknown.Value,
                Metadata = "",
                ErrorCode = (short)ErrorCode.UnknownTopicId,
            }),
        ],
    };

    private async Task<FetchOffsetsReply> FetchAsync(string groupId, TopicPartition[]? wanted, FetchingMember? member, bool isStable) => GroupIds.Check(groupId) is { } illegal
        ? new FetchOffsetsReply(illegal, null, [])
        : await grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets(wanted, member, isStable);

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
