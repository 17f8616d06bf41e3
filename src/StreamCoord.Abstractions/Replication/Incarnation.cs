namespace StreamCoord.Replication;

/// <summary>One life of a node's data directory. A directory that was wiped comes back with another one, so that nobody takes an empty disk for the full one that it replaces.</summary>
/// <param name="Value">Made when the directory is.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.Incarnation")]
public readonly record struct Incarnation([property: Id(0)] Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("n");
}
