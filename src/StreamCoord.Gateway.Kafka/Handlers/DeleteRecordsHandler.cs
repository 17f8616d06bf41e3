using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DeleteRecordsResponse.DeleteRecordsPartitionResult;
using WantedPartition = StreamCoord.Protocol.Kafka.Messages.DeleteRecordsRequest.DeleteRecordsPartition;
using WantedTopic = StreamCoord.Protocol.Kafka.Messages.DeleteRecordsRequest.DeleteRecordsTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Takes records away from the beginnings of partitions.</summary>
internal sealed class DeleteRecordsHandler(IGrainFactory grains, PartitionLeaders leaders) : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long NoLowWatermark = -1;

    /// <inheritdoc/>
    protected override async Task<DeleteRecordsResponse> HandleAsync(DeleteRecordsRequest request, KafkaRequestContext context) => new()
    {
        Topics = await Task.WhenAll(request.Topics.Select(topic => DeleteAsync(topic, context.Access))),
    };

    private async Task<DeleteRecordsResponse.DeleteRecordsTopicResult> DeleteAsync(WantedTopic wanted, IAccess access)
    {
        TopicReply reply = await TopicLookup.FindAsync(grains, wanted.Name);
        ErrorCode refusal = !access.AllowsTopic(AclOperation.Delete, wanted.Name) ? ErrorCode.TopicAuthorizationFailed : reply.Topic is { } topic ? Check(topic) : reply.Error;
        return new DeleteRecordsResponse.DeleteRecordsTopicResult
        {
            Name = wanted.Name,
            Partitions = await Task.WhenAll(wanted.Partitions.Select(partition => refusal == ErrorCode.None
                ? DeleteAsync(wanted.Name, partition)
                : Task.FromResult(Refuse(partition.PartitionIndex, refusal)))),
        };
    }

    // A compacted log keeps what nobody has overwritten: to take records away by their place would break that.
    private static ErrorCode Check(TopicDescription topic)
    {
        return TopicName.IsInternal(topic.Name) ? ErrorCode.InvalidTopicException
            : TopicConfigDefinition.SplitWords(TopicConfigs.Value(topic.Configs, TopicConfigs.CleanupPolicy)).Contains("delete") ? ErrorCode.None
            : ErrorCode.PolicyViolation;
    }

    private async Task<PartitionAnswer> DeleteAsync(string topic, WantedPartition wanted)
    {
        var partition = new TopicPartition(topic, wanted.PartitionIndex);
        if (await leaders.EnsureLedAsync(partition) is var unserved and not ErrorCode.None)
        {
            return Refuse(wanted.PartitionIndex, unserved);
        }
        // -1 stands for the high watermark, here and there.
        DeleteRecordsReply reply = await grains.GetGrain<IPartitionGrain>(partition.ToString()).DeleteRecords(new Offset(wanted.Offset));
        return reply.Error != ErrorCode.None
            ? Refuse(wanted.PartitionIndex, reply.Error)
            : new PartitionAnswer
            {
                PartitionIndex = wanted.PartitionIndex,
                LowWatermark = reply.LogStartOffset.Value,
            };
    }

    private static PartitionAnswer Refuse(int partition, ErrorCode error) => new()
    {
        PartitionIndex = partition,
        LowWatermark = NoLowWatermark,
        ErrorCode = (short)error,
    };
}
