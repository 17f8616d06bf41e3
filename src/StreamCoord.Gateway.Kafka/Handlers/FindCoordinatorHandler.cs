using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells which broker coordinates a group or a transactional id: any does, so it is the one that is asked.</summary>
internal sealed class FindCoordinatorHandler(KafkaListener listener) : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte TransactionKeyType = 1;
    private const sbyte ShareKeyType = 2;

    /// <inheritdoc/>
    protected override Task<FindCoordinatorResponse> HandleAsync(FindCoordinatorRequest request, KafkaRequestContext context)
    {
        // Groups (0) and transactional ids (1); share groups are not served.
        ErrorCode known = request.KeyType is >= 0 and < ShareKeyType ? ErrorCode.None : ErrorCode.InvalidRequest;
        (ErrorCode error, string? message) = Check(request.Key);
        return Task.FromResult(new FindCoordinatorResponse
        {
            ErrorCode = (short)error,
            ErrorMessage = message,
            NodeId = listener.NodeId.Value,
            Host = listener.Host,
            Port = listener.Port,
            Coordinators =
            [
                .. request.CoordinatorKeys.Select(key => (Key: key, Outcome: Check(key))).Select(one => new FindCoordinatorResponse.Coordinator
                {
                    Key = one.Key,
                    NodeId = listener.NodeId.Value,
                    Host = listener.Host,
                    Port = listener.Port,
                    ErrorCode = (short)one.Outcome.Error,
                    ErrorMessage = one.Outcome.Message,
                }),
            ],
        });

        (ErrorCode Error, string? Message) Check(string key)
        {
            return known != ErrorCode.None ? (known, $"There are no coordinators of kind {request.KeyType}.")
                : request.KeyType == TransactionKeyType && !context.Access.AllowsTransactionalId(AclOperation.Describe, key) ? (ErrorCode.TransactionalIdAuthorizationFailed, Access.Refusal)
                : request.KeyType != TransactionKeyType && !context.Access.AllowsGroup(AclOperation.Describe, key) ? (ErrorCode.GroupAuthorizationFailed, Access.Refusal)
                : (ErrorCode.None, null);
        }
    }
}
