using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Commits the offsets of a group. What is answered without an error is on the disk.</summary>
internal sealed class OffsetCommitHandler(IGrainFactory grains, TopicIdLookup topicIds) : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    private const short FirstVersionWithMemberEpochs = 9;
    private const short FirstVersionWithTopicIds = 10;

    /// <inheritdoc/>
    protected override async Task<OffsetCommitResponse> HandleAsync(OffsetCommitRequest request, KafkaRequestContext context)
    {
        bool isById = context.Version >= FirstVersionWithTopicIds;
        IReadOnlyDictionary<Guid, string> names = isById ? await topicIds.FindNamesAsync(request.Topics.Select(topic => topic.TopicId)) : new Dictionary<Guid, string>();
        HashSet<string> refused = [.. request.Topics.Select(NameOf).Where(topic => !context.Access.AllowsTopic(AclOperation.Read, topic))];
        Dictionary<string, int> partitionCounts = await CountPartitionsAsync(request.Topics.Select(NameOf));
        OffsetToCommit[] offsets =
        [
            .. request.Topics.SelectMany(topic => topic.Partitions
                .Where(partition => !refused.Contains(NameOf(topic)) && Exists(partitionCounts, NameOf(topic), partition.PartitionIndex))
                .Select(partition => new OffsetToCommit(
                    new TopicPartition(NameOf(topic), partition.PartitionIndex),
                    new Offset(partition.CommittedOffset),
                    new LeaderEpoch(partition.CommittedLeaderEpoch),
                    partition.CommittedMetadata))),
        ];
        OffsetsReply reply = context.Access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal
            ? OffsetsReply.Refused(illegal, "")
            : await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).CommitOffsets(
                new CommitOffsetsRequest(request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId, request.RetentionTimeMs, offsets) { KnowsMemberEpochs = context.Version >= FirstVersionWithMemberEpochs });
        Dictionary<TopicPartition, ErrorCode> outcomes = reply.Partitions.GroupBy(one => one.Partition).ToDictionary(same => same.Key, same => same.Last().Error);
        return new OffsetCommitResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    TopicId = topic.TopicId,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => new OffsetCommitResponse.OffsetCommitResponsePartition
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = (short)ErrorOf(new TopicPartition(NameOf(topic), partition.PartitionIndex)),
                        }),
                    ],
                }),
            ],
        };

        // An identity that no topic has stands for a topic without a name, which has no partitions.
        string NameOf(OffsetCommitRequest.OffsetCommitRequestTopic topic) => isById ? names.GetValueOrDefault(topic.TopicId, "") : topic.Name;

        ErrorCode ErrorOf(TopicPartition partition) => reply.Error == ErrorCode.GroupAuthorizationFailed ? reply.Error
            : isById && partition.Topic.Length == 0 ? ErrorCode.UnknownTopicId
            : refused.Contains(partition.Topic) ? ErrorCode.TopicAuthorizationFailed
            : !Exists(partitionCounts, partition.Topic, partition.Partition) ? ErrorCode.UnknownTopicOrPartition
            : reply.Error != ErrorCode.None ? reply.Error : outcomes[partition];
    }

    private static bool Exists(Dictionary<string, int> partitionCounts, string topic, int partition) => partition >= 0 && partition < partitionCounts[topic];

    private async Task<Dictionary<string, int>> CountPartitionsAsync(IEnumerable<string> topics)
    {
        var counts = new Dictionary<string, int>();
        foreach (string topic in topics.Distinct())
        {
            counts[topic] = (await TopicLookup.FindAsync(grains, topic)).Topic?.Partitions.Count ?? 0;
        }
        return counts;
    }
}
