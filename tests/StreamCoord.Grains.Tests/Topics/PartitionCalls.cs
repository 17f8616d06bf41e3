using System.Collections.Concurrent;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>What topic grains asked of partitions, over all silos of a test.</summary>
public sealed class PartitionCalls
{
    public ConcurrentQueue<(string Partition, TopicId TopicId)> Removed { get; } = new();

    /// <summary>The partition, and the configuration that its topic described at that moment.</summary>
    public ConcurrentQueue<(string Partition, string? RetentionMs)> Reconfigured { get; } = new();
}
