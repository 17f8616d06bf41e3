using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;
using Topic = StreamCoord.Protocol.Kafka.Messages.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
using TopicResult = StreamCoord.Protocol.Kafka.Messages.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
using Transaction = StreamCoord.Protocol.Kafka.Messages.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Puts partitions into transactions, which begin with their first one. Up to version 3 for one transaction, as clients ask; from 4 on for several, as brokers do among each other, also only to verify.</summary>
internal sealed class AddPartitionsToTxnHandler(IGrainFactory grains) : ApiHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
{
    private const short FirstVersionWithFenced = 2;
    private const short FirstVersionWithSeveral = 4;

    /// <inheritdoc/>
    protected override async Task<AddPartitionsToTxnResponse> HandleAsync(AddPartitionsToTxnRequest request, KafkaRequestContext context)
    {
        if (context.Version >= FirstVersionWithSeveral)
        {
            return context.Access.AllowsCluster(AclOperation.ClusterAction)
                ? new AddPartitionsToTxnResponse { ResultsByTransaction = await Task.WhenAll(request.Transactions.Select(transaction => EnterAsync(transaction, context.Access))) }
                : new AddPartitionsToTxnResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        var transaction = new Transaction
        {
            TransactionalId = request.V3AndBelowTransactionalId,
            ProducerId = request.V3AndBelowProducerId,
            ProducerEpoch = request.V3AndBelowProducerEpoch,
            Topics = request.V3AndBelowTopics,
        };
        return new AddPartitionsToTxnResponse { ResultsByTopicV3AndBelow = await EnterAsync(transaction, knowsFenced: context.Version >= FirstVersionWithFenced, context.Access) };
    }

    private async Task<AddPartitionsToTxnResponse.AddPartitionsToTxnResult> EnterAsync(Transaction transaction, IAccess access) => new()
    {
        TransactionalId = transaction.TransactionalId,
        TopicResults = await EnterAsync(transaction, knowsFenced: true, access),
    };

    private async Task<IReadOnlyList<TopicResult>> EnterAsync(Transaction transaction, bool knowsFenced, IAccess access)
    {
        HashSet<string> refused = [.. transaction.Topics.Select(topic => topic.Name).Where(name => !access.AllowsTopic(AclOperation.Write, name))];
        HashSet<TopicPartition> unknown = transaction.VerifyOnly ? [] : await FindUnknownAsync(transaction.Topics);
        ErrorCode error = access.AllowsTransactionalId(AclOperation.Write, transaction.TransactionalId)
            ? await EnterAllAsync(transaction, refused.Count + unknown.Count > 0)
            : ErrorCode.TransactionalIdAuthorizationFailed;
        return
        [
            .. transaction.Topics.Select(topic => new TopicResult
            {
                Name = topic.Name,
                ResultsByPartition =
                [
                    .. topic.Partitions.Select(partition => new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                    {
                        PartitionIndex = partition,
                        PartitionErrorCode = (short)ErrorOf(new TopicPartition(topic.Name, partition)),
                    }),
                ],
            }),
        ];

        ErrorCode ErrorOf(TopicPartition partition) => error == ErrorCode.TransactionalIdAuthorizationFailed ? error
            : refused.Contains(partition.Topic) ? ErrorCode.TopicAuthorizationFailed
            : unknown.Contains(partition) ? ErrorCode.UnknownTopicOrPartition
            : TransactionErrors.Of(error, knowsFenced);
    }

    // All or none: where one partition does not exist or must not be written to, the others are not even tried.
    private async Task<ErrorCode> EnterAllAsync(Transaction transaction, bool isHindered)
    {
        if (transaction.TransactionalId.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }
        if (isHindered)
        {
            return ErrorCode.OperationNotAttempted;
        }
        TopicPartition[] partitions = [.. transaction.Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition)))];
        TransactionReply reply = await grains.GetGrain<ITransactionGrain>(transaction.TransactionalId).Enter(
            new EnterTransactionRequest(transaction.ProducerId, transaction.ProducerEpoch, partitions, transaction.VerifyOnly ? EnterMode.Verify : EnterMode.Add));
        return reply.Error;
    }

    private async Task<HashSet<TopicPartition>> FindUnknownAsync(IReadOnlyList<Topic> topics)
    {
        HashSet<TopicPartition> unknown = [];
        foreach (Topic topic in topics)
        {
            Topics.TopicReply found = await TopicLookup.FindAsync(grains, topic.Name);
            unknown.UnionWith(topic.Partitions
                .Where(partition => found.Topic is null || !TopicLookup.HasPartition(found.Topic, partition))
                .Select(partition => new TopicPartition(topic.Name, partition)));
        }
        return unknown;
    }
}
