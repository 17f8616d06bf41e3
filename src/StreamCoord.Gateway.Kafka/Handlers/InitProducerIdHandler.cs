using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
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
            return await InitTransactionalAsync(transactionalId, request, context.Version);
        }
        // Whoever has an id whose sequence it cannot go on with gets a new one, which every partition takes from its first batch on.
        return await ids.NextAsync() is { } id
            ? new InitProducerIdResponse { ProducerId = id }
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
