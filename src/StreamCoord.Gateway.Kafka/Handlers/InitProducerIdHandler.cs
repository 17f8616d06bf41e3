using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Gives a producer its identity: an idempotent one a fresh id, a transactional one the next epoch of its transactional id, which fences the producer before it.</summary>
internal sealed class InitProducerIdHandler(IProducerIds ids, IGrainFactory grains) : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    private const short FirstVersionWithFenced = 4;

    /// <summary>Version 6 is of two-phase commit.</summary>
    public override short VersionMax => 5;

    /// <inheritdoc/>
    protected override async Task<InitProducerIdResponse> HandleAsync(InitProducerIdRequest request, KafkaRequestContext context)
    {
        if (request.TransactionalId is { } transactionalId)
        {
            return context.Access.AllowsTransactionalId(AclOperation.Write, transactionalId)
                ? await InitTransactionalAsync(transactionalId, request, context.Version)
                : new InitProducerIdResponse { ErrorCode = (short)ErrorCode.TransactionalIdAuthorizationFailed };
        }
        // Whoever may write somewhere may do so without doubles (KIP-679).
        if (!context.Access.AllowsCluster(AclOperation.IdempotentWrite) && !context.Access.AllowsSomewhere(AclOperation.Write, AclResourceType.Topic))
        {
            return new InitProducerIdResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        // Whoever has an id whose sequence it cannot go on with gets a new one, which every partition takes from its first batch on.
        return await ids.NextAsync() is { } producerId
            ? new InitProducerIdResponse { ProducerId = producerId }
            : new InitProducerIdResponse { ErrorCode = (short)ErrorCode.CoordinatorNotAvailable };
    }

    private async Task<InitProducerIdResponse> InitTransactionalAsync(string transactionalId, InitProducerIdRequest request, short version)
    {
        if (transactionalId.Length == 0 || (request.ProducerId < 0) != (request.ProducerEpoch < 0))
        {
            return new InitProducerIdResponse { ErrorCode = (short)ErrorCode.InvalidRequest };
        }
        ProducerReply reply = await grains.GetGrain<ITransactionGrain>(transactionalId).InitProducer(
            new InitProducerRequest(request.TransactionTimeoutMs, request.ProducerId, request.ProducerEpoch));
        return new InitProducerIdResponse
        {
            ErrorCode = (short)TransactionErrors.Of(reply.Error, version >= FirstVersionWithFenced),
            ProducerId = reply.ProducerId,
            ProducerEpoch = reply.ProducerEpoch,
        };
    }
}
