using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells where transactional ids stand.</summary>
internal sealed class DescribeTransactionsHandler(IGrainFactory grains) : ApiHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DescribeTransactionsResponse> HandleAsync(DescribeTransactionsRequest request, KafkaRequestContext context) => new()
    {
        TransactionStates = await Task.WhenAll(request.TransactionalIds.Select(id => DescribeAsync(id, context.Access))),
    };

    private async Task<DescribeTransactionsResponse.TransactionStateData> DescribeAsync(string transactionalId, IAccess access)
    {
        TransactionDescription transaction = transactionalId.Length == 0
            ? TransactionDescription.Refused(ErrorCode.InvalidRequest, null, transactionalId)
            : !access.AllowsTransactionalId(AclOperation.Describe, transactionalId) ? TransactionDescription.Refused(ErrorCode.TransactionalIdAuthorizationFailed, null, transactionalId)
            : await grains.GetGrain<ITransactionGrain>(transactionalId).Describe();
        if (transaction.Error != ErrorCode.None)
        {
            return new DescribeTransactionsResponse.TransactionStateData { TransactionalId = transactionalId, ErrorCode = (short)transaction.Error };
        }
        return new DescribeTransactionsResponse.TransactionStateData
        {
            TransactionalId = transactionalId,
            TransactionState = transaction.State.ToString(),
            TransactionTimeoutMs = transaction.TimeoutMs,
            TransactionStartTimeMs = transaction.StartedMs,
            ProducerId = transaction.ProducerId,
            ProducerEpoch = transaction.ProducerEpoch,
            Topics =
            [
                .. transaction.Partitions.GroupBy(partition => partition.Topic).Where(topic => access.AllowsTopic(AclOperation.Describe, topic.Key)).Select(topic => new DescribeTransactionsResponse.TopicData
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Select(partition => partition.Partition).Order()],
                }),
            ],
        };
    }
}
