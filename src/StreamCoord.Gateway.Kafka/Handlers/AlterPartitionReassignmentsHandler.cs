using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using WantedPartition = StreamCoord.Protocol.Kafka.Messages.AlterPartitionReassignmentsRequest.ReassignablePartition;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Answers who wants replicas moved: a partition stays on the brokers it was made on.</summary>
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
        Responses = await Task.WhenAll(request.Topics.Select(async wanted =>
        {
            TopicReply reply = await TopicLookup.FindAsync(grains, wanted.Name);
            return new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
            {
                Name = wanted.Name,
                Partitions = [.. wanted.Partitions.Select(partition => Answer(reply, partition))],
            };
        })),
    };

    private static AlterPartitionReassignmentsResponse.ReassignablePartitionResponse Answer(TopicReply reply, WantedPartition wanted)
    {
        (ErrorCode error, string? message) = reply.Topic is { } topic ? Check(topic, wanted) : (reply.Error, reply.Message);
        return new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
        {
            PartitionIndex = wanted.PartitionIndex,
            ErrorCode = (short)error,
            ErrorMessage = message,
        };
    }

    private static (ErrorCode Error, string? Message) Check(TopicDescription topic, WantedPartition wanted)
    {
        return !TopicLookup.HasPartition(topic, wanted.PartitionIndex) ? (ErrorCode.UnknownTopicOrPartition, $"The topic has {topic.Partitions.Count} partitions.")
            : wanted.Replicas is not { } replicas ? (ErrorCode.NoReassignmentInProgress, "Nothing is being moved that could be called off.")
            : replicas.SequenceEqual(topic.Partitions[wanted.PartitionIndex].Replicas.Select(node => node.Value)) ? (ErrorCode.None, null)
            : (ErrorCode.InvalidReplicaAssignment, $"Replicas are not moved: the partition is kept by {string.Join(", ", topic.Partitions[wanted.PartitionIndex].Replicas)}.");
    }
}
