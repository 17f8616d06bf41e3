using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using StreamCoord.ZNodes;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeQuorumResponse.PartitionData;
using ReplicaState = StreamCoord.Protocol.Kafka.Messages.DescribeQuorumResponse.ReplicaState;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Tells who keeps the log of the cluster's metadata. Kafka calls it <c>__cluster_metadata</c>; here it is the log of the znode tree, <c>__znodes</c>: its leader, and as voters the brokers whose
/// copies are in sync; other copies are observers.
/// </summary>
internal sealed class DescribeQuorumHandler(IGrainFactory grains, IBrokers brokers) : ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
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
        TopicReply tree = await TopicLookup.FindAsync(grains, TreeLog.Topic);
        PartitionAssignment? placed = tree.Topic?.Partitions[TreeLog.Partition];
        return new DescribeQuorumResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new DescribeQuorumResponse.TopicData
                {
                    TopicName = topic.TopicName,
                    Partitions = [.. topic.Partitions.Select(partition => Describe(topic.TopicName, partition.PartitionIndex, log, placed))],
                }),
            ],
            Nodes =
            [
                .. (placed?.Replicas ?? []).Select(brokers.Find).OfType<LiveBroker>().Select(broker => new DescribeQuorumResponse.Node
                {
                    NodeId = broker.NodeId.Value,
                    Listeners = [new DescribeQuorumResponse.Listener { Name = "CONTROLLER", Host = broker.Host, Port = (ushort)broker.Port }],
                }),
            ],
        };
    }

    private static PartitionAnswer Describe(string topic, int partition, PartitionDescription log, PartitionAssignment? placed)
    {
        if (topic != MetadataTopic || partition != 0)
        {
            return new PartitionAnswer { PartitionIndex = partition, ErrorCode = (short)ErrorCode.UnknownTopicOrPartition, ErrorMessage = $"The metadata's log is {MetadataTopic}, partition 0." };
        }
        if (placed is null)
        {
            return new PartitionAnswer { PartitionIndex = partition, ErrorCode = (short)ErrorCode.LeaderNotAvailable, ErrorMessage = "Who keeps the metadata's log could not be asked." };
        }
        return new PartitionAnswer
        {
            PartitionIndex = partition,
            ErrorCode = (short)log.Error,
            ErrorMessage = log.Message,
            LeaderId = placed.Leader.Value,
            LeaderEpoch = log.LeaderEpoch.Value,
            HighWatermark = log.HighWatermark.Value,
            // How far a follower is beyond what is committed only its leader knows.
            CurrentVoters = [.. placed.InSyncReplicas.Select(node => Describe(node, node == placed.Leader ? log.LogEndOffset : log.HighWatermark))],
            Observers = [.. placed.Replicas.Except(placed.InSyncReplicas).Select(node => Describe(node, Offset.None))],
        };
    }

    private static ReplicaState Describe(NodeId node, Offset end) => new() { ReplicaId = node.Value, LogEndOffset = end.Value };
}
