using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Log;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Groups;

/// <summary>The partitions of <c>__consumer_offsets</c> on this silo, in which groups are kept.</summary>
internal sealed class OffsetsPartitions(InternalTopics topics, LogManager logs, IGrainFactory grains, TimeProvider time, ILogger<OffsetsPartitions> logger)
    : CoordinatorPartitions<OffsetsTerm>(CoordinatorTopics.ConsumerOffsets, topics, logs, grains, logger), IMarkedTopic
{
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
        new(new CoordinatorLog(log, epoch, time, logger), await new OffsetsLoader().LoadAsync(log, end));
}
