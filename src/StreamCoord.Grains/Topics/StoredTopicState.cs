namespace StreamCoord.Grains.Topics;

/// <summary>A topic as builds before the znode tree kept it in grain storage. Immutable.</summary>
internal sealed record StoredTopicState
{
    public Guid TopicId { get; init; }

    public int PartitionCount { get; init; }

    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();

    public bool IsBeingDeleted { get; init; }
}
