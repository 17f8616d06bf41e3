using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using WantedPartition = StreamCoord.Protocol.Kafka.Messages.AlterPartitionReassignmentsRequest.ReassignablePartition;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Has partitions kept by other brokers (KIP-455). It begins the moves; <see cref="ListPartitionReassignmentsHandler"/> shows which are not finished.</summary>
internal sealed class AlterPartitionReassignmentsHandler(IGrainFactory grains)
    : ApiHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>
{
    /// <inheritdoc/>
    protected override async Task<AlterPartitionReassignmentsResponse> HandleAsync(AlterPartitionReassignmentsRequest request, KafkaRequestContext context)
    {
        return context.Access.AllowsCluster(AclOperation.Alter)
            ? await AlterAsync(request)
            : new AlterPartitionReassignmentsResponse
            {
                ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            };
    }

    private async Task<AlterPartitionReassignmentsResponse> AlterAsync(AlterPartitionReassignmentsRequest request) => new()
    {
        AllowReplicationFactorChange = request.AllowReplicationFactorChange,
        Responses = await Task.WhenAll(request.Topics.Select(async wanted => new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
        {
            Name = wanted.Name,
            Partitions = await Task.WhenAll(wanted.Partitions.Select(partition => MoveAsync(wanted.Name, partition, !request.AllowReplicationFactorChange))),
        })),
    };

    private async Task<AlterPartitionReassignmentsResponse.ReassignablePartitionResponse> MoveAsync(string topic, WantedPartition wanted, bool keepsFactor)
    {
        NodeId[]? target = wanted.Replicas is { } replicas ? [.. replicas.Select(id => new NodeId(id))] : null;
        TopicReply reply = TopicName.Check(topic) is { } illegal
            ? TopicReply.Refused(ErrorCode.InvalidTopicException, illegal)
            : await TopicLookup.ChangeAsync(() => grains.GetGrain<ITopicGrain>(topic).MoveReplicas(wanted.PartitionIndex, target, keepsFactor));
        return new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
        {
            PartitionIndex = wanted.PartitionIndex,
            ErrorCode = (short)reply.Error,
            ErrorMessage = reply.Message,
        };
    }
}
