namespace StreamCoord.Grains.Topics;

/// <summary>What a topic grain keeps in the database. Immutable. Absent for a topic that does not exist.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicState")]
internal sealed record TopicState
{
    /// <summary>The newest format this build knows; it refuses newer ones.</summary>
    public const int NewestFormat = 1;

    /// <summary>The format this was written in.</summary>
    [Id(0)]
    public int Format { get; init; } = NewestFormat;

    /// <summary>The topic's identity.</summary>
    [Id(1)]
    public Guid TopicId { get; init; }

    /// <summary>1 or more. The leadership table may lag behind it after a crash; the next activation catches up.</summary>
    [Id(2)]
    public int PartitionCount { get; init; }

    /// <summary>1 or more.</summary>
    [Id(3)]
    public short ReplicationFactor { get; init; }

    /// <summary>The configurations set for this topic.</summary>
    [Id(4)]
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();

    /// <summary>True from the moment a deletion can no longer be undone until nothing is left.</summary>
    [Id(5)]
    public bool IsBeingDeleted { get; init; }
}
