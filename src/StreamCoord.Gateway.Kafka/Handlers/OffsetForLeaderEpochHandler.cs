using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.OffsetForLeaderEpochResponse.EpochEndOffset;
using WantedPartition = StreamCoord.Protocol.Kafka.Messages.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells where the records of an epoch end, so that a consumer sees after a change of leaders whether it has read what is not there any more (KIP-320).</summary>
internal sealed class OffsetForLeaderEpochHandler(IGrainFactory grains, PartitionLeaders leaders) : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    /// <inheritdoc/>
    protected override async Task<OffsetForLeaderEpochResponse> HandleAsync(OffsetForLeaderEpochRequest request, KafkaRequestContext context) => new()
    {
        Topics = await Task.WhenAll(request.Topics.Select(async topic => new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
        {
            Topic = topic.Topic,
            Partitions = await Task.WhenAll(topic.Partitions.Select(partition => context.Access.AllowsTopic(AclOperation.Describe, topic.Topic)
                ? FindAsync(topic.Topic, partition)
                : Task.FromResult(Refuse(partition, ErrorCode.TopicAuthorizationFailed)))),
        })),
    };

    private static PartitionAnswer Refuse(WantedPartition wanted, ErrorCode error) => new()
    {
        ErrorCode = (short)error,
        Partition = wanted.Partition,
    };

    private async Task<PartitionAnswer> FindAsync(string topic, WantedPartition wanted)
    {
        var partition = new TopicPartition(topic, wanted.Partition);
        if (await leaders.EnsureLedAsync(partition) is var unserved and not ErrorCode.None)
        {
            return Refuse(wanted, unserved);
        }
        EpochEndReply reply = await grains.GetGrain<IPartitionGrain>(partition.ToString())
            .FindEpochEnd(new LeaderEpoch(wanted.LeaderEpoch), new LeaderEpoch(wanted.CurrentLeaderEpoch));
        return new PartitionAnswer
        {
            ErrorCode = (short)reply.Error,
            Partition = wanted.Partition,
            LeaderEpoch = reply.Epoch.Value,
            EndOffset = reply.EndOffset.Value,
        };
    }
}
