using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using MovedTopic = StreamCoord.Protocol.Kafka.Messages.ListPartitionReassignmentsResponse.OngoingTopicReassignment;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the partitions whose replicas are being moved (KIP-455).</summary>
internal sealed class ListPartitionReassignmentsHandler(IGrainFactory grains) : ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    /// <inheritdoc/>
    protected override async Task<ListPartitionReassignmentsResponse> HandleAsync(ListPartitionReassignmentsRequest request, KafkaRequestContext context) =>
        context.Access.AllowsCluster(AclOperation.Describe)
            ? new ListPartitionReassignmentsResponse { Topics = await ListAsync(request) }
            : new ListPartitionReassignmentsResponse
            {
                ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            };

    // What does not exist is not being moved, and left out as well.
    private async Task<IReadOnlyList<MovedTopic>> ListAsync(ListPartitionReassignmentsRequest request)
    {
        if (request.Topics is not { } wanted)
        {
            return [.. (await TopicCatalogue.ListAsync(grains)).Select(topic => Show(topic, topic.Partitions)).OfType<MovedTopic>()];
        }
        IEnumerable<MovedTopic?> topics = await Task.WhenAll(wanted.Select(async one =>
            (await TopicLookup.FindAsync(grains, one.Name)).Topic is { } topic ? Show(topic, topic.Partitions.Where(partition => one.PartitionIndexes.Contains(partition.Partition))) : null));
        return [.. topics.OfType<MovedTopic>()];
    }

    private static MovedTopic? Show(TopicDescription topic, IEnumerable<PartitionAssignment> partitions)
    {
        var moved = partitions.Where(partition => partition.IsMoving)
            .Select(partition => new ListPartitionReassignmentsResponse.OngoingPartitionReassignment
            {
                PartitionIndex = partition.Partition,
                Replicas = Numbers(partition.Replicas),
                AddingReplicas = Numbers(partition.Adding),
                RemovingReplicas = Numbers(partition.Removing),
            })
            .ToArray();
        return moved.Length == 0 ? null : new MovedTopic { Name = topic.Name, Partitions = moved };
    }

    private static int[] Numbers(IReadOnlyList<NodeId> nodes) => [.. nodes.Select(node => node.Value)];
}
