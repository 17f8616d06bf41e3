using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Log;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Groups;

/// <summary>The partitions of <c>__consumer_offsets</c> on this silo. One per silo; safe for concurrent use. When the silo stops it ends their terms first, so that nobody waits for an answer any more.</summary>
internal sealed class OffsetsPartitions(
    InternalTopics topics, LogManager logs, IGrainFactory grains, TimeProvider time, ILogger<OffsetsPartitions> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Lock _lock = new();
    private OffsetsPartition[]? _all;

    private TopicDescription Topic => topics.Describe(ConsumerOffsets.TopicName)!;

    /// <summary>The partition that a group is kept in.</summary>
    public OffsetsPartition Of(string groupId)
    {
        OffsetsPartition[] all = EnsureAll();
        return all[ConsumerOffsets.PartitionOf(groupId, all.Length)];
    }

    /// <summary>Those that have ever been written to.</summary>
    public async Task<IReadOnlyList<OffsetsPartition>> FindUsedAsync()
    {
        OffsetsPartition[] all = EnsureAll();
        TopicDescription topic = Topic;
        LogConfig config = LogConfig.From(topic.Configs);
        List<OffsetsPartition> used = [];
        for (int partition = 0; partition < all.Length; partition++)
        {
            PartitionLog log = logs.Get(topic.TopicId, partition, config);
            await log.RecoverAsync();
            if (log.EndOffset > Offset.Zero)
            {
                used.Add(all[partition]);
            }
        }
        return used;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(OffsetsPartitions), ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ => StopAsync());

    private Task StopAsync()
    {
        foreach (OffsetsPartition partition in EnsureAll())
        {
            partition.Stop();
        }
        return Task.CompletedTask;
    }

    // Not before the silo's storage has started: the leadership table says how many there are.
    private OffsetsPartition[] EnsureAll()
    {
        lock (_lock)
        {
            return _all ??= [.. Topic.Partitions.Select(each => new OffsetsPartition(new TopicPartition(ConsumerOffsets.TopicName, each.Partition), grains, time, logger))];
        }
    }
}
