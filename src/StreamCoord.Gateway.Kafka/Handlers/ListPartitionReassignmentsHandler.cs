using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the partitions whose replicas are being moved: a partition stays where it was made, so none is.</summary>
internal sealed class ListPartitionReassignmentsHandler : ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    /// <inheritdoc/>
    protected override Task<ListPartitionReassignmentsResponse> HandleAsync(ListPartitionReassignmentsRequest request, KafkaRequestContext context) =>
        Task.FromResult(context.Access.AllowsCluster(AclOperation.Describe)
            ? new ListPartitionReassignmentsResponse()
            : new ListPartitionReassignmentsResponse
            {
                ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            });
}
