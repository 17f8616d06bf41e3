namespace StreamCoord;

/// <summary>The stable number of a silo: Kafka's broker id. It is kept with the data directory and survives restarts.</summary>
/// <param name="Value">0 or greater.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.NodeId")]
public readonly record struct NodeId([property: Id(0)] int Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
