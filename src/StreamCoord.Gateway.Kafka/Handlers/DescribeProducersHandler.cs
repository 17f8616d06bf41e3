using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeProducersResponse.PartitionResponse;
using Producer = StreamCoord.Protocol.Kafka.Messages.DescribeProducersResponse.ProducerState;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells which idempotent producers partitions remember, and where their open transactions begin.</summary>
internal sealed class DescribeProducersHandler(IGrainFactory grains, PartitionLeaders leaders) : ApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    /// <inheritdoc/>
    protected override async Task<DescribeProducersResponse> HandleAsync(DescribeProducersRequest request, KafkaRequestContext context) => new()
    {
        Topics = await Task.WhenAll(request.Topics.Select(async topic => new DescribeProducersResponse.TopicResponse
        {
            Name = topic.Name,
            Partitions = await Task.WhenAll(topic.PartitionIndexes.Select(partition => context.Access.AllowsTopic(AclOperation.Read, topic.Name)
                ? DescribeAsync(topic.Name, partition)
                : Task.FromResult(Refuse(partition, ErrorCode.TopicAuthorizationFailed, Access.Refusal)))),
        })),
    };

    private static PartitionAnswer Refuse(int partition, ErrorCode error, string? message) => new()
    {
        PartitionIndex = partition,
        ErrorCode = (short)error,
        ErrorMessage = message,
    };

    private async Task<PartitionAnswer> DescribeAsync(string topic, int partition)
    {
        if (await leaders.EnsureLedAsync(new TopicPartition(topic, partition)) is var unserved and not ErrorCode.None)
        {
            return Refuse(partition, unserved, null);
        }
        ProducersReply reply = await grains.GetGrain<IPartitionGrain>(new TopicPartition(topic, partition).ToString()).DescribeProducers();
        return new PartitionAnswer
        {
            PartitionIndex = partition,
            ErrorCode = (short)reply.Error,
            ErrorMessage = reply.Message,
            ActiveProducers =
            [
                .. reply.Producers.Select(producer => new Producer
                {
                    ProducerId = producer.ProducerId,
                    ProducerEpoch = producer.Epoch,
                    LastSequence = producer.LastSequence,
                    LastTimestamp = producer.LastTimestampMs,
                    CoordinatorEpoch = producer.CoordinatorEpoch,
                    CurrentTxnStartOffset = producer.OpenTransactionFrom.Value,
                }),
            ],
        };
    }
}
