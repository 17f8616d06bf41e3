using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.ListOffsetsResponse.ListOffsetsPartitionResponse;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Finds offsets by time, and the ends of partitions.</summary>
internal sealed class ListOffsetsHandler(IGrainFactory grains, PartitionLeaders leaders) : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;

    /// <inheritdoc/>
    protected override async Task<ListOffsetsResponse> HandleAsync(ListOffsetsRequest request, KafkaRequestContext context) => new()
    {
        Topics = await Task.WhenAll(request.Topics.Select(async topic => new ListOffsetsResponse.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = await Task.WhenAll(topic.Partitions.Select(partition => context.Access.AllowsTopic(AclOperation.Describe, topic.Name)
                ? FindAsync(topic.Name, partition, (IsolationLevel)request.IsolationLevel)
                : Task.FromResult(Refuse(partition)))),
        })),
    };

    private static PartitionAnswer Refuse(ListOffsetsRequest.ListOffsetsPartition wanted) => new()
    {
        PartitionIndex = wanted.PartitionIndex,
        ErrorCode = (short)ErrorCode.TopicAuthorizationFailed,
    };

    private async Task<PartitionAnswer> FindAsync(string topic, ListOffsetsRequest.ListOffsetsPartition wanted, IsolationLevel isolation)
    {
        // Nothing is in a second tier: all of the log is local, and nothing is uploaded.
        if (wanted.Timestamp is LatestTiered or EarliestPendingUpload)
        {
            return new PartitionAnswer { PartitionIndex = wanted.PartitionIndex };
        }
        var partition = new TopicPartition(topic, wanted.PartitionIndex);
        if (await leaders.CheckAsync(partition, wanted.CurrentLeaderEpoch) is var unserved and not ErrorCode.None)
        {
            return new PartitionAnswer { PartitionIndex = wanted.PartitionIndex, ErrorCode = (short)unserved };
        }
        long timestamp = wanted.Timestamp == EarliestLocal ? OffsetTimestamps.Earliest : wanted.Timestamp;
        OffsetReply reply = await grains.GetGrain<IPartitionGrain>(partition.ToString()).FindOffset(timestamp, isolation);
        return new PartitionAnswer
        {
            PartitionIndex = wanted.PartitionIndex,
            ErrorCode = (short)reply.Error,
            Timestamp = reply.TimestampMs,
            Offset = reply.Offset.Value,
            LeaderEpoch = reply.LeaderEpoch.Value,
        };
    }
}
