using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells an admin client which cluster it talks to and which brokers that has.</summary>
internal sealed class DescribeClusterHandler(ClusterIdentity identity, IBrokers brokers) : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
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
                ControllerId = (brokers.Controller ?? identity.NodeId).Value,
                ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? context.Access.ClusterOperations() : int.MinValue,
                Brokers =
                [
                    .. brokers.Alive.Select(broker => new DescribeClusterResponse.DescribeClusterBroker
                    {
                        BrokerId = broker.NodeId.Value,
                        Host = broker.Host,
                        Port = broker.Port,
                        Rack = broker.Rack,
                    }),
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
