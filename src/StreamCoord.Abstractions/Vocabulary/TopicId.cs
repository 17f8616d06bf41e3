namespace StreamCoord;

/// <summary>
/// The identity of a topic (KIP-516): a topic deleted and created again under its old name gets a new one. Rows,
/// directories and replicas are keyed by it.
/// </summary>
/// <param name="Value">A random UUID, never empty for a topic that exists.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicId")]
public readonly record struct TopicId([property: Id(0)] Guid Value)
{
    /// <summary>A new random identity.</summary>
    public static TopicId NewId() => new(Guid.NewGuid());

    /// <summary>32 lower-case hexadecimal digits: the form used in directory names and tables.</summary>
    public override string ToString() => Value.ToString("n");
}
