namespace StreamCoord.Topics;

/// <summary>Asks for a new topic.</summary>
/// <param name="PartitionCount">1 to <see cref="PartitionCountMax"/>; null takes <c>Topics:DefaultPartitions</c>.</param>
/// <param name="ReplicationFactor">1 up to the number of nodes; null takes <c>Topics:DefaultReplicationFactor</c>.</param>
/// <param name="Configs">Topic configurations by name.</param>
/// <param name="ValidateOnly">Check everything, create nothing; the reply shows the topic as it would be.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.CreateTopicRequest")]
public sealed record CreateTopicRequest(
    [property: Id(0)] int? PartitionCount,
    [property: Id(1)] short? ReplicationFactor,
    [property: Id(2)] IReadOnlyDictionary<string, string> Configs,
    [property: Id(3)] bool ValidateOnly)
{
    /// <summary>The most partitions a topic may have; what Kafka's documentation advises per broker is far below.</summary>
    public const int PartitionCountMax = 100_000;

    /// <summary>The nodes of each partition, the preferred leader first, in place of <see cref="PartitionCount"/> and <see cref="ReplicationFactor"/>; null has them chosen.</summary>
    [Id(4)]
    public IReadOnlyList<IReadOnlyList<NodeId>>? Assignments { get; init; }
}

/// <summary>What a change does with a topic configuration.</summary>
public enum ConfigOperation : byte
{
    /// <summary>Gives it another value.</summary>
    Set,

    /// <summary>Adds words to those of a <see cref="TopicConfigType.WordList"/> that it lacks.</summary>
    Append,

    /// <summary>Takes words away from those of a <see cref="TopicConfigType.WordList"/>.</summary>
    Subtract,
}

/// <summary>One change of a topic configuration.</summary>
/// <param name="Name">A name of <see cref="TopicConfigs"/>.</param>
/// <param name="Value">The new value, or null to go back to the default; the words to add or to take away.</param>
/// <param name="Operation">What is done with the value.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ConfigChange")]
public sealed record ConfigChange([property: Id(0)] string Name, [property: Id(1)] string? Value, [property: Id(2)] ConfigOperation Operation = ConfigOperation.Set);
