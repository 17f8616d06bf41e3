using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Producers;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Gives an idempotent producer its id. Transactional ids are refused: there are no transactions yet.</summary>
internal sealed class InitProducerIdHandler(ProducerIds ids) : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    /// <summary>Version 6 is of two-phase commit.</summary>
    public override short VersionMax => 5;

    /// <inheritdoc/>
    protected override async Task<InitProducerIdResponse> HandleAsync(InitProducerIdRequest request, KafkaRequestContext context)
    {
        if (request.TransactionalId is { } id && !context.Access.AllowsTransactionalId(AclOperation.Write, id))
        {
            return new InitProducerIdResponse { ErrorCode = (short)ErrorCode.TransactionalIdAuthorizationFailed };
        }
        // Whoever may write somewhere may do so without doubles (KIP-679).
        if (!context.Access.AllowsCluster(AclOperation.IdempotentWrite) && !context.Access.AllowsSomewhere(AclOperation.Write, AclResourceType.Topic))
        {
            return new InitProducerIdResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        if (request.TransactionalId is not null)
        {
            return new InitProducerIdResponse { ErrorCode = (short)ErrorCode.UnsupportedVersion };
        }
        // Whoever has an id whose sequence it cannot go on with gets a new one, which every partition takes from its first batch on.
        return await ids.NextAsync() is { } producerId
            ? new InitProducerIdResponse { ProducerId = producerId }
            : new InitProducerIdResponse { ErrorCode = (short)ErrorCode.CoordinatorNotAvailable };
    }
}
