namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getEphemerals answers.</summary>
/// <param name="Paths">Their paths.</param>
public readonly record struct GetEphemeralsResponse(IReadOnlyList<string>? Paths)
    : IJuteRecord<GetEphemeralsResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfStrings(Paths);

    /// <inheritdoc/>
    public static GetEphemeralsResponse Read(ref JuteReader reader) => new(reader.ReadStrings());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStrings(Paths);
    }
}
