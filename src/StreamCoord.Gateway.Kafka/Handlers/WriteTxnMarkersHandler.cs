using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Ends transactions in partitions, whatever their coordinator says: what <c>kafka-transactions.sh abort</c> sends to end one that hangs.</summary>
internal sealed class WriteTxnMarkersHandler(IGrainFactory grains) : ApiHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse>
{
    /// <inheritdoc/>
    protected override async Task<WriteTxnMarkersResponse> HandleAsync(WriteTxnMarkersRequest request, KafkaRequestContext context) => new()
    {
        Markers = await Task.WhenAll(request.Markers.Select(async marker => new WriteTxnMarkersResponse.WritableTxnMarkerResult
        {
            ProducerId = marker.ProducerId,
            Topics = await Task.WhenAll(marker.Topics.Select(async topic => new WriteTxnMarkersResponse.WritableTxnMarkerTopicResult
            {
                Name = topic.Name,
                Partitions = await Task.WhenAll(topic.PartitionIndexes.Select(partition => WriteAsync(new TopicPartition(topic.Name, partition), marker, context.Access))),
            })),
        })),
    };

    private async Task<WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult> WriteAsync(TopicPartition partition, WriteTxnMarkersRequest.WritableTxnMarker marker, IAccess access)
    {
        bool isAllowed = access.AllowsCluster(AclOperation.ClusterAction) || access.AllowsCluster(AclOperation.Alter);
        MarkerReply reply = !isAllowed || marker.ProducerId < 0 || marker.ProducerEpoch < 0
            ? new MarkerReply(isAllowed ? ErrorCode.InvalidRequest : ErrorCode.ClusterAuthorizationFailed, null)
            : await grains.GetGrain<IPartitionGrain>(partition.ToString()).WriteMarker(
                new ProducerMarker(marker.ProducerId, marker.ProducerEpoch, marker.TransactionResult, marker.CoordinatorEpoch));
        return new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult { PartitionIndex = partition.Partition, ErrorCode = (short)reply.Error };
    }
}
