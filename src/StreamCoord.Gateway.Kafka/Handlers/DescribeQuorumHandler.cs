using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.ZNodes;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeQuorumResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Tells who keeps the log of the cluster's metadata. Kafka calls it <c>__cluster_metadata</c>; here it is the log of the znode tree, <c>__znodes</c>, which this broker leads and nobody else has a copy of.
/// </summary>
internal sealed class DescribeQuorumHandler(IGrainFactory grains, KafkaListener listener) : ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    private const string MetadataTopic = "__cluster_metadata";
    private static readonly TopicPartition TreeLog = new(IZNodeTreeGrain.TreeName, 0);

    /// <inheritdoc/>
    protected override async Task<DescribeQuorumResponse> HandleAsync(DescribeQuorumRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
        {
            return new DescribeQuorumResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed, ErrorMessage = Access.Refusal };
        }
        PartitionDescription log = await grains.GetGrain<IPartitionGrain>(TreeLog.ToString()).Describe();
        return new DescribeQuorumResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new DescribeQuorumResponse.TopicData
                {
                    TopicName = topic.TopicName,
                    Partitions = [.. topic.Partitions.Select(partition => Describe(topic.TopicName, partition.PartitionIndex, log))],
                }),
            ],
            Nodes =
            [
                new DescribeQuorumResponse.Node
                {
                    NodeId = listener.NodeId.Value,
                    Listeners = [new DescribeQuorumResponse.Listener { Name = "CONTROLLER", Host = listener.Host, Port = (ushort)listener.Port }],
                },
            ],
        };
    }

    private PartitionAnswer Describe(string topic, int partition, PartitionDescription log)
    {
        if (topic != MetadataTopic || partition != 0)
        {
            return new PartitionAnswer { PartitionIndex = partition, ErrorCode = (short)ErrorCode.UnknownTopicOrPartition, ErrorMessage = $"The metadata's log is {MetadataTopic}, partition 0." };
        }
        return new PartitionAnswer
        {
            PartitionIndex = partition,
            ErrorCode = (short)log.Error,
            ErrorMessage = log.Message,
            LeaderId = listener.NodeId.Value,
            LeaderEpoch = log.LeaderEpoch.Value,
            HighWatermark = log.HighWatermark.Value,
            CurrentVoters = [new DescribeQuorumResponse.ReplicaState { ReplicaId = listener.NodeId.Value, LogEndOffset = log.LogEndOffset.Value }],
            Observers = [],
        };
    }
}
