using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells which broker coordinates a group or a transactional id: the one that leads its partition. Any broker that is asked passes requests on to that, so a client may be late to hear that it has moved.</summary>
internal sealed class FindCoordinatorHandler(ICoordinators coordinators, IBrokers brokers) : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte TransactionKeyType = 1;
    private const sbyte ShareKeyType = 2;

    /// <summary>What stands in the place of a broker where there is none.</summary>
    private static readonly LiveBroker None = new(new NodeId(-1), "", -1, null, null);

    /// <inheritdoc/>
    protected override Task<FindCoordinatorResponse> HandleAsync(FindCoordinatorRequest request, KafkaRequestContext context)
    {
        Outcome asked = Find(request.KeyType, request.Key, context.Access);
        return Task.FromResult(new FindCoordinatorResponse
        {
            ErrorCode = (short)asked.Error,
            ErrorMessage = asked.Message,
            NodeId = asked.Broker.NodeId.Value,
            Host = asked.Broker.Host,
            Port = asked.Broker.Port,
            Coordinators =
            [
                .. request.CoordinatorKeys.Select(key => (Key: key, Outcome: Find(request.KeyType, key, context.Access))).Select(one => new FindCoordinatorResponse.Coordinator
                {
                    Key = one.Key,
                    NodeId = one.Outcome.Broker.NodeId.Value,
                    Host = one.Outcome.Broker.Host,
                    Port = one.Outcome.Broker.Port,
                    ErrorCode = (short)one.Outcome.Error,
                    ErrorMessage = one.Outcome.Message,
                }),
            ],
        });
    }

    // Groups (0) and transactional ids (1); share groups are not served.
    private Outcome Find(sbyte keyType, string key, IAccess access)
    {
        return keyType is < 0 or >= ShareKeyType ? Refuse(ErrorCode.InvalidRequest, $"There are no coordinators of kind {keyType}.")
            : keyType == TransactionKeyType && !access.AllowsTransactionalId(AclOperation.Describe, key) ? Refuse(ErrorCode.TransactionalIdAuthorizationFailed, Access.Refusal)
            : keyType != TransactionKeyType && !access.AllowsGroup(AclOperation.Describe, key) ? Refuse(ErrorCode.GroupAuthorizationFailed, Access.Refusal)
            : brokers.Find(coordinators.Find(keyType == TransactionKeyType ? CoordinatorTopics.TransactionState : CoordinatorTopics.ConsumerOffsets, key)) is { } broker ? new Outcome(ErrorCode.None, null, broker)
            : Refuse(ErrorCode.CoordinatorNotAvailable, "The broker that coordinates it does not live; another takes over in a moment.");
    }

    private static Outcome Refuse(ErrorCode error, string message) => new(error, message, None);

    private sealed record Outcome(ErrorCode Error, string? Message, LiveBroker Broker);
}
