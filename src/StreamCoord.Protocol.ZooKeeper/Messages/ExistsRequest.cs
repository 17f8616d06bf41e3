namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for the Stat of a znode that may not exist.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Watch">Whether to arm the one-shot watch that goes with it.</param>
public readonly record struct ExistsRequest(string? Path, bool Watch)
    : IJuteRecord<ExistsRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Boolean;

    /// <inheritdoc/>
    public static ExistsRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadBoolean());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBoolean(Watch);
    }
}
