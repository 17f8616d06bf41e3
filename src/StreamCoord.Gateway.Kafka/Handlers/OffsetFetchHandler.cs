using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

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
            var terms = new Terms(context.Access, request.RequireStable);
            return new OffsetFetchResponse
            {
                Groups = await Task.WhenAll(request.Groups.Select(group => context.Version >= FirstVersionWithTopicIds ? FetchByIdAsync(group, terms) : FetchAsync(group, terms))),
            };
        }
        TopicPartition[]? wanted = request.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(request.GroupId, wanted, null, new Terms(context.Access, request.RequireStable));
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

    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, Terms terms)
    {
        TopicPartition[]? wanted = group.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, MemberOf(group), terms);
        return new OffsetFetchResponse.OffsetFetchResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = (short)reply.Error,
            Topics = [.. reply.Offsets.GroupBy(offset => offset.Partition.Topic).Select(topic => Describe(topic.Key, default, topic))],
        };
    }

    // All committed offsets are told of topics that exist; of those that are asked for, each is answered.
    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchByIdAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, Terms terms)
    {
        IReadOnlyDictionary<Guid, string> names = await topicIds.FindNamesAsync((group.Topics ?? []).Select(topic => topic.TopicId));
        TopicPartition[]? wanted = group.Topics is { } topics
            ? [.. topics.Where(topic => names.ContainsKey(topic.TopicId)).SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(names[topic.TopicId], partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, MemberOf(group), terms);
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

    // Of topics that the client may not see it learns no offset; where it asks for all, not even that there is one.
    private async Task<FetchOffsetsReply> FetchAsync(string groupId, TopicPartition[]? wanted, FetchingMember? member, Terms terms)
    {
        if (terms.Access.CheckGroup(AclOperation.Describe, groupId) is { } refused)
        {
            return new FetchOffsetsReply(refused, null, []);
        }
        FetchOffsetsReply reply = await grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets(wanted, member, terms.IsStable);
        if (!terms.Access.IsLimited)
        {
            return reply;
        }
        bool Sees(FetchedOffset offset) => terms.Access.AllowsTopic(AclOperation.Describe, offset.Partition.Topic);
        return reply with
        {
            Offsets = wanted is null
                ? [.. reply.Offsets.Where(Sees)]
                : [.. reply.Offsets.Select(offset => Sees(offset) ? offset : Nothing(offset.Partition) with { Error = ErrorCode.TopicAuthorizationFailed })],
        };
    }

    private static FetchedOffset Nothing(TopicPartition partition) => new(partition, Offset.None, LeaderEpoch.Unknown, "");

    /// <summary>On what terms somebody asks.</summary>
    private sealed record Terms(IAccess Access, bool IsStable);

    // Where the group answers nothing, each partition that was asked for is answered all the same.
    private static IEnumerable<FetchedOffset> Offsets(FetchOffsetsReply reply, TopicPartition[]? wanted) => reply.Error == ErrorCode.None
        ? reply.Offsets
        : (wanted ?? []).Select(partition => Nothing(partition));

    private static OffsetFetchResponse.OffsetFetchResponsePartition Describe(FetchedOffset offset, ErrorCode error) => new()
    {
        PartitionIndex = offset.Partition.Partition,
        CommittedOffset = offset.Offset.Value,
        CommittedLeaderEpoch = offset.LeaderEpoch.Value,
        Metadata = offset.Metadata,
        ErrorCode = (short)(error == ErrorCode.None ? offset.Error : error),
    };
}
