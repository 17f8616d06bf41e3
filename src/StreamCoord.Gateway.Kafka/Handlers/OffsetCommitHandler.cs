using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Commits the offsets of a group. What is answered without an error is on the disk.</summary>
internal sealed class OffsetCommitHandler(IGrainFactory grains) : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    /// <summary>From version 10 on, topics go by their ids.</summary>
    public override short VersionMax => 9;

    /// <inheritdoc/>
    protected override async Task<OffsetCommitResponse> HandleAsync(OffsetCommitRequest request, KafkaRequestContext context)
    {
        HashSet<string> refused = [.. request.Topics.Select(topic => topic.Name).Where(topic => !context.Access.AllowsTopic(AclOperation.Read, topic))];
        Dictionary<string, int> partitionCounts = await CountPartitionsAsync(request);
        OffsetToCommit[] offsets =
        [
            .. request.Topics.SelectMany(topic => topic.Partitions
                .Where(partition => !refused.Contains(topic.Name) && Exists(partitionCounts, topic.Name, partition.PartitionIndex))
                .Select(partition => new OffsetToCommit(
                    new TopicPartition(topic.Name, partition.PartitionIndex),
                    new Offset(partition.CommittedOffset),
                    new LeaderEpoch(partition.CommittedLeaderEpoch),
                    partition.CommittedMetadata))),
        ];
        OffsetsReply reply = context.Access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal
            ? OffsetsReply.Refused(illegal, "")
            : await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).CommitOffsets(
                new CommitOffsetsRequest(request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId, request.RetentionTimeMs, offsets));
        Dictionary<TopicPartition, ErrorCode> outcomes = reply.Partitions.GroupBy(one => one.Partition).ToDictionary(same => same.Key, same => same.Last().Error);
        return new OffsetCommitResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => new OffsetCommitResponse.OffsetCommitResponsePartition
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = (short)ErrorOf(new TopicPartition(topic.Name, partition.PartitionIndex)),
                        }),
                    ],
                }),
            ],
        };

        ErrorCode ErrorOf(TopicPartition partition) => reply.Error == ErrorCode.GroupAuthorizationFailed ? reply.Error
            : refused.Contains(partition.Topic) ? ErrorCode.TopicAuthorizationFailed
            : !Exists(partitionCounts, partition.Topic, partition.Partition) ? ErrorCode.UnknownTopicOrPartition
            : reply.Error != ErrorCode.None ? reply.Error : outcomes[partition];
    }

    private static bool Exists(Dictionary<string, int> partitionCounts, string topic, int partition) => partition >= 0 && partition < partitionCounts[topic];

    private async Task<Dictionary<string, int>> CountPartitionsAsync(OffsetCommitRequest request)
    {
        var counts = new Dictionary<string, int>();
        foreach (string topic in request.Topics.Select(topic => topic.Name).Distinct())
        {
            counts[topic] = (await TopicLookup.FindAsync(grains, topic)).Topic?.Partitions.Count ?? 0;
        }
        return counts;
    }
}
