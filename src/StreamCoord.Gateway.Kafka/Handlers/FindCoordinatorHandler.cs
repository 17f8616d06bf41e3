using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells which broker coordinates a group or a transactional id: any does, so it is the one that is asked.</summary>
internal sealed class FindCoordinatorHandler(KafkaListener listener) : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte ShareKeyType = 2;

    /// <inheritdoc/>
    protected override Task<FindCoordinatorResponse> HandleAsync(FindCoordinatorRequest request, KafkaRequestContext context)
    {
        // Groups (0) and transactional ids (1); share groups are not served.
        ErrorCode error = request.KeyType is >= 0 and < ShareKeyType ? ErrorCode.None : ErrorCode.InvalidRequest;
        string? message = error == ErrorCode.None ? null : $"There are no coordinators of kind {request.KeyType}.";
        return Task.FromResult(new FindCoordinatorResponse
        {
            ErrorCode = (short)error,
            ErrorMessage = message,
            NodeId = listener.NodeId.Value,
            Host = listener.Host,
            Port = listener.Port,
            Coordinators =
            [
                .. request.CoordinatorKeys.Select(key => new FindCoordinatorResponse.Coordinator
                {
                    Key = key,
                    NodeId = listener.NodeId.Value,
                    Host = listener.Host,
                    Port = listener.Port,
                    ErrorCode = (short)error,
                    ErrorMessage = message,
                }),
            ],
        });
    }
}
