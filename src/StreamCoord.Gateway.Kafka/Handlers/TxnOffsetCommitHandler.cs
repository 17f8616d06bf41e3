using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Commits the offsets of a group in a transaction: they count when it is committed. From version 5 on the coordinator puts the group into the transaction by itself (KIP-890).</summary>
internal sealed class TxnOffsetCommitHandler(IGrainFactory grains) : ApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
{
    private const long DefaultRetention = -1;
    private const short FirstVersionThatEnters = 5;

    /// <inheritdoc/>
    protected override async Task<TxnOffsetCommitResponse> HandleAsync(TxnOffsetCommitRequest request, KafkaRequestContext context)
    {
        HashSet<string> refused = [.. request.Topics.Select(topic => topic.Name).Where(name => !context.Access.AllowsTopic(AclOperation.Read, name))];
        HashSet<TopicPartition> known = await FindKnownAsync(request, refused);
        OffsetsReply reply = Check(request, context.Access) is { } refusal
            ? OffsetsReply.Refused(refusal, "")
            : await CommitAsync(request, known, enters: context.Version >= FirstVersionThatEnters);
        Dictionary<TopicPartition, ErrorCode> outcomes = reply.Partitions.GroupBy(one => one.Partition).ToDictionary(same => same.Key, same => same.Last().Error);
        ErrorCode error = TransactionErrors.Of(reply.Error, knowsFenced: false);
        return new TxnOffsetCommitResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = (short)ErrorOf(new TopicPartition(topic.Name, partition.PartitionIndex)),
                        }),
                    ],
                }),
            ],
        };

        ErrorCode ErrorOf(TopicPartition partition) => reply.Error is ErrorCode.GroupAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed ? reply.Error
            : refused.Contains(partition.Topic) ? ErrorCode.TopicAuthorizationFailed
            : !known.Contains(partition) ? ErrorCode.UnknownTopicOrPartition
            : error != ErrorCode.None ? error : outcomes[partition];
    }

    private static ErrorCode? Check(TxnOffsetCommitRequest request, IAccess access) => request.TransactionalId.Length == 0 ? ErrorCode.InvalidRequest
        : access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId) ? access.CheckGroup(AclOperation.Read, request.GroupId)
        : ErrorCode.TransactionalIdAuthorizationFailed;

    private async Task<OffsetsReply> CommitAsync(TxnOffsetCommitRequest request, HashSet<TopicPartition> known, bool enters)
    {
        OffsetToCommit[] offsets =
        [
            .. request.Topics.SelectMany(topic => topic.Partitions.Select(partition => new OffsetToCommit(
                new TopicPartition(topic.Name, partition.PartitionIndex),
                new Offset(partition.CommittedOffset),
                new LeaderEpoch(partition.CommittedLeaderEpoch),
                partition.CommittedMetadata))).Where(offset => known.Contains(offset.Partition)),
        ];
        return await grains.GetGrain<IConsumerGroupGrain>(request.GroupId).CommitTransactionOffsets(new CommitTransactionOffsetsRequest(
            request.TransactionalId,
            request.ProducerId,
            request.ProducerEpoch,
            enters,
            new CommitOffsetsRequest(request.GenerationId, request.MemberId, request.GroupInstanceId, DefaultRetention, offsets)));
    }

    private async Task<HashSet<TopicPartition>> FindKnownAsync(TxnOffsetCommitRequest request, HashSet<string> refused)
    {
        HashSet<TopicPartition> known = [];
        foreach (TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic topic in request.Topics.Where(topic => !refused.Contains(topic.Name)))
        {
            TopicReply found = await TopicLookup.FindAsync(grains, topic.Name);
            known.UnionWith(topic.Partitions
                .Where(partition => found.Topic is not null && TopicLookup.HasPartition(found.Topic, partition.PartitionIndex))
                .Select(partition => new TopicPartition(topic.Name, partition.PartitionIndex)));
        }
        return known;
    }
}
