using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.ElectLeadersResponse.PartitionResultData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Has other leaders elected (KIP-460): the preferred one, which is the first replica. A partition whose leader is gone gets another one by itself, if one may lead; a copy that lacks records is never made leader.
/// </summary>
internal sealed class ElectLeadersHandler(IGrainFactory grains, IBrokers brokers) : ApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    private const sbyte Preferred = 0;
    private const sbyte Unclean = 1;

    /// <inheritdoc/>
    protected override async Task<ElectLeadersResponse> HandleAsync(ElectLeadersRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Alter))
        {
            return new ElectLeadersResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        if (request.ElectionType is not (Preferred or Unclean))
        {
            return new ElectLeadersResponse { ErrorCode = (short)ErrorCode.InvalidRequest };
        }
        return new ElectLeadersResponse
        {
            ReplicaElectionResults = request.TopicPartitions is { } wanted
                ? await Task.WhenAll(wanted.Select(one => ElectAsync(one.Topic, one.Partitions, request.ElectionType)))
                : await ElectAllAsync(request.ElectionType),
        };
    }

    // Who asks for all partitions is told of those alone for which there was something to do.
    private async Task<IReadOnlyList<ElectLeadersResponse.ReplicaElectionResult>> ElectAllAsync(sbyte electionType)
    {
        ElectLeadersResponse.ReplicaElectionResult[] results = await Task.WhenAll((await TopicCatalogue.ListAsync(grains)).Select(async topic =>
        {
            IEnumerable<PartitionAssignment> wanting = topic.Partitions.Where(partition => electionType == Unclean || partition.Leader != partition.Replicas[0]);
            ElectLeadersResponse.ReplicaElectionResult result = await ElectAsync(topic.Name, wanting.Select(partition => partition.Partition), electionType);
            return new ElectLeadersResponse.ReplicaElectionResult
            {
                Topic = topic.Name,
                PartitionResult = [.. result.PartitionResult.Where(partition => (ErrorCode)partition.ErrorCode != ErrorCode.ElectionNotNeeded)],
            };
        }));
        return [.. results.Where(result => result.PartitionResult.Count > 0)];
    }

    private async Task<ElectLeadersResponse.ReplicaElectionResult> ElectAsync(string topic, IEnumerable<int> partitions, sbyte electionType)
    {
        TopicReply found = await TopicLookup.FindAsync(grains, topic);
        return new ElectLeadersResponse.ReplicaElectionResult
        {
            Topic = topic,
            PartitionResult = await Task.WhenAll(partitions.Select(async partition =>
            {
                (ErrorCode error, string? message) = found.Topic is not { } description ? (found.Error, found.Message)
                    : !TopicLookup.HasPartition(description, partition) ? (ErrorCode.UnknownTopicOrPartition, $"The topic has {description.Partitions.Count} partitions.")
                    : electionType == Unclean ? Elections.CheckUnclean(description.Partitions[partition], brokers)
                    : await ElectPreferredAsync(topic, partition);
                return new PartitionAnswer
                {
                    PartitionId = partition,
                    ErrorCode = (short)error,
                    ErrorMessage = message,
                };
            })),
        };
    }

    private async Task<(ErrorCode Error, string? Message)> ElectPreferredAsync(string topic, int partition)
    {
        TopicReply reply = await TopicLookup.ChangeAsync(() => grains.GetGrain<ITopicGrain>(topic).ElectPreferredLeader(partition));
        return (reply.Error, reply.Message);
    }
}
