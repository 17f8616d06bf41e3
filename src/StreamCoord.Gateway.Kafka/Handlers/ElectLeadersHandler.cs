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
/// Answers who wants other leaders elected. A partition whose leader is gone gets another one by itself, if one may lead; leadership that has moved is not moved back by hand, and a copy that lacks records is never made leader.
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
        // Who asks for all partitions is told of those alone that got another leader.
        return new ElectLeadersResponse
        {
            ReplicaElectionResults = await Task.WhenAll((request.TopicPartitions ?? []).Select(async wanted =>
            {
                TopicReply reply = await TopicLookup.FindAsync(grains, wanted.Topic);
                return new ElectLeadersResponse.ReplicaElectionResult
                {
                    Topic = wanted.Topic,
                    PartitionResult = [.. wanted.Partitions.Select(partition => Answer(reply, partition, request.ElectionType))],
                };
            })),
        };
    }

    private PartitionAnswer Answer(TopicReply reply, int partition, sbyte electionType)
    {
        (ErrorCode error, string message) = reply.Topic is not { } topic ? (reply.Error, reply.Message!)
            : !TopicLookup.HasPartition(topic, partition) ? (ErrorCode.UnknownTopicOrPartition, $"The topic has {topic.Partitions.Count} partitions.")
            : electionType == Preferred ? Elections.CheckPreferred(topic.Partitions[partition], brokers)
            : Elections.CheckUnclean(topic.Partitions[partition], brokers);
        return new PartitionAnswer
        {
            PartitionId = partition,
            ErrorCode = (short)error,
            ErrorMessage = message,
        };
    }
}
