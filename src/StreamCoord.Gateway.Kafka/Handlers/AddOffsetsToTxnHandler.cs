using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Puts a group's committed offsets into a transaction: the partition of <c>__consumer_offsets</c> that they are kept in.</summary>
internal sealed class AddOffsetsToTxnHandler(IGrainFactory grains) : ApiHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
{
    private const short FirstVersionWithFenced = 2;

    /// <inheritdoc/>
    protected override async Task<AddOffsetsToTxnResponse> HandleAsync(AddOffsetsToTxnRequest request, KafkaRequestContext context) =>
        new() { ErrorCode = (short)TransactionErrors.Of(await EnterAsync(request, context.Access), knowsFenced: context.Version >= FirstVersionWithFenced) };

    private async Task<ErrorCode> EnterAsync(AddOffsetsToTxnRequest request, IAccess access)
    {
        if (request.TransactionalId.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }
        if (!access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return ErrorCode.TransactionalIdAuthorizationFailed;
        }
        if (access.CheckGroup(AclOperation.Read, request.GroupId) is { } illegal)
        {
            return illegal;
        }
        TopicReply offsets = await TopicLookup.FindAsync(grains, CoordinatorTopics.ConsumerOffsets);
        if (offsets.Topic is null)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }
        var partition = new TopicPartition(CoordinatorTopics.ConsumerOffsets, CoordinatorTopics.PartitionOf(request.GroupId, offsets.Topic.Partitions.Count));
        TransactionReply reply = await grains.GetGrain<ITransactionGrain>(request.TransactionalId).Enter(
            new EnterTransactionRequest(request.ProducerId, request.ProducerEpoch, [partition], EnterMode.Add));
        return reply.Error;
    }
}
