using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Groups;

/// <summary>The partitions of <c>__consumer_offsets</c> on this silo, in which groups are kept.</summary>
internal sealed class OffsetsPartitions(InternalTopics topics, ReplicaRegistry replicas, IGrainFactory grains, TimeProvider time, ILogger<OffsetsPartitions> logger)
    : CoordinatorPartitions<OffsetsTerm>(CoordinatorTopics.ConsumerOffsets, topics, replicas, grains, logger), IMarkedTopic
{
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    public string TopicName => CoordinatorTopics.ConsumerOffsets;

    /// <inheritdoc/>
    public async Task<MarkerReply> WriteMarkerAsync(int partition, ProducerMarker marker)
    {
        if (Find(partition) is not { } offsets)
        {
            return new MarkerReply(ErrorCode.UnknownTopicOrPartition, $"There is no partition {partition} of {TopicName}.");
        }
        try
        {
            OffsetsTerm term = await offsets.GetTermAsync();
            return new MarkerReply(await term.AppendMarkerAsync(marker), null);
        }
        catch (CoordinatorUnavailableException failure)
        {
            return new MarkerReply(failure.Error, failure.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task<OffsetsTerm> LoadAsync(IPartitionGrain log, LeaderEpoch epoch, Offset end) =>
        new(new CoordinatorLog(log, epoch, _time, logger), await new OffsetsLoader(_time).LoadAsync(log, end));
}
