using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

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
            return new OffsetFetchResponse { Groups = await Task.WhenAll(request.Groups.Select(group => FetchAsync(group, context.Access))) };
        }
        TopicPartition[]? wanted = request.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(request.GroupId, wanted, context.Access);
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
                    Partitions = [.. topic.Select(offset => Describe(offset, context.Access.AllowsTopic(AclOperation.Describe, topic.Key) ? partitionError : ErrorCode.TopicAuthorizationFailed))],
                }),
            ],
        };
    }

    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, IAccess access)
    {
        TopicPartition[]? wanted = group.Topics is { } topics
            ? [.. topics.SelectMany(topic => topic.PartitionIndexes.Select(partition => new TopicPartition(topic.Name, partition)))]
            : null;
        FetchOffsetsReply reply = await FetchAsync(group.GroupId, wanted, access);
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
                            ErrorCode = (short)(access.AllowsTopic(AclOperation.Describe, topic.Key) ? ErrorCode.None : ErrorCode.TopicAuthorizationFailed),
                        }),
                    ],
                }),
            ],
        };
    }

    // Of topics that the client may not see it learns no offset; where it asks for all, not even that there is one.
    private async Task<FetchOffsetsReply> FetchAsync(string groupId, TopicPartition[]? wanted, IAccess access)
    {
        if (access.CheckGroup(AclOperation.Describe, groupId) is { } refused)
        {
            return new FetchOffsetsReply(refused, null, []);
        }
        FetchOffsetsReply reply = await grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets(wanted);
        if (!access.IsLimited)
        {
            return reply;
        }
        bool Sees(FetchedOffset offset) => access.AllowsTopic(AclOperation.Describe, offset.Partition.Topic);
        return reply with
        {
            Offsets = wanted is null
                ? [.. reply.Offsets.Where(Sees)]
                : [.. reply.Offsets.Select(offset => Sees(offset) ? offset : new FetchedOffset(offset.Partition, Offset.None, LeaderEpoch.Unknown, ""))],
        };
    }

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
        ErrorCode = (short)error,
    };
}
