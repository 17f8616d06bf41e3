using StreamCoord.Replication;

namespace StreamCoord.Grains.Topics;

/// <summary>A topic as the tree has it. Immutable.</summary>
internal sealed record StoredTopic
{
    public required TopicId TopicId { get; init; }

    /// <summary>
    /// The nodes that keep each partition. They decide where a partition begins that is not in the leadership table yet; of all others the table decides, and these are what tools are shown of it.
    /// </summary>
    public required IReadOnlyList<Assignment> Assignments { get; init; }

    /// <summary>1 or more.</summary>
    public int PartitionCount => Assignments.Count;

    /// <summary>1 or more.</summary>
    public short ReplicationFactor => (short)Assignments[0].Target.Count;

    /// <summary>The version of the topic's znode.</summary>
    public required int Version { get; init; }

    /// <summary>The configuration in force.</summary>
    public required IReadOnlyDictionary<string, string> Configs { get; init; }

    /// <summary>What stands in the znode of the configuration, which users may write.</summary>
    public required WrittenConfig Written { get; init; }

    /// <summary>True from the moment a deletion is asked for until nothing is left.</summary>
    public required bool IsBeingDeleted { get; init; }
}

/// <summary>The znode of a topic's configuration. Immutable.</summary>
/// <param name="Configs">What it says; null when that is not legal.</param>
/// <param name="Problem">What is wrong with it; null when it is legal.</param>
/// <param name="Version">The znode's version.</param>
/// <param name="Zxid">The transaction that wrote it.</param>
internal sealed record WrittenConfig(IReadOnlyDictionary<string, string>? Configs, string? Problem, int Version, Zxid Zxid);
