using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Commits or aborts a transaction. From version 5 on every end raises the producer's epoch, and the answer has the identity for the next transaction (KIP-890).</summary>
internal sealed class EndTxnHandler(IGrainFactory grains) : ApiHandler<EndTxnRequest, EndTxnResponse>
{
    private const short FirstVersionWithFenced = 2;
    private const short FirstVersionThatRaisesEpoch = 5;

    /// <inheritdoc/>
    protected override async Task<EndTxnResponse> HandleAsync(EndTxnRequest request, KafkaRequestContext context)
    {
        ProducerReply reply = Check(request.TransactionalId, context.Access) is { } refusal
            ? ProducerReply.Refused(refusal, null)
            : await grains.GetGrain<ITransactionGrain>(request.TransactionalId).End(
                new EndTransactionRequest(request.ProducerId, request.ProducerEpoch, request.Committed, context.Version >= FirstVersionThatRaisesEpoch));
        return new EndTxnResponse
        {
            ErrorCode = (short)TransactionErrors.Of(reply.Error, knowsFenced: context.Version >= FirstVersionWithFenced),
            ProducerId = reply.ProducerId,
            ProducerEpoch = reply.ProducerEpoch,
        };
    }

    private static ErrorCode? Check(string transactionalId, IAccess access) => transactionalId.Length == 0 ? ErrorCode.InvalidRequest
        : access.AllowsTransactionalId(AclOperation.Write, transactionalId) ? null
        : ErrorCode.TransactionalIdAuthorizationFailed;
}
