using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells an admin client which cluster it talks to and which brokers that has.</summary>
internal sealed class DescribeClusterHandler(ClusterIdentity identity, KafkaListener listener) : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte BrokerEndpoints = 1;

    /// <inheritdoc/>
    protected override Task<DescribeClusterResponse> HandleAsync(DescribeClusterRequest request, KafkaRequestContext context)
    {
        return Task.FromResult(request.EndpointType == BrokerEndpoints
            ? new DescribeClusterResponse
            {
                EndpointType = BrokerEndpoints,
                ClusterId = identity.ClusterId,
                ControllerId = listener.NodeId.Value,
                ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? context.Access.ClusterOperations() : int.MinValue,
                Brokers =
                [
                    new DescribeClusterResponse.DescribeClusterBroker
                    {
                        BrokerId = listener.NodeId.Value,
                        Host = listener.Host,
                        Port = listener.Port,
                        Rack = listener.Rack,
                    },
                ],
            }
            : new DescribeClusterResponse
            {
                ErrorCode = (short)ErrorCode.UnsupportedVersion,
                ErrorMessage = "There are no endpoints of controllers: brokers answer everything.",
                EndpointType = request.EndpointType,
            });
    }
}
